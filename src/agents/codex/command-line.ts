/**
 * Codex shows a command as it starts it: `/bin/bash -c 'npm test'`. The command itself is its third word. Whatever is not
 * exactly such a call is left as it is, and so judged as what it says.
 */
export function commandOf(shown: string): string {
  const words = wordsOf(shown);
  if (words?.length !== 3) return shown;
  const [program, option, command] = words as [string, string, string];
  return /^(\/(usr\/)?bin\/)?(ba|z|da)?sh$/.test(program) && /^-l?c$/.test(option) ? command : shown;
}

/** The words of a command line that is nothing but words, by the quoting rules of a POSIX shell; null for any other. */
function wordsOf(line: string): string[] | null {
  const words: string[] = [];
  // Each piece of a word in turn: '…', "…" without expansions, \x, or characters that mean themselves.
  const piece = /'([^']*)'|"((?:[^"\\$`]|\\[\s\S])*)"|\\([\s\S])|([A-Za-z0-9_@%+=:,./-]+)|( +)/y;
  let word: string | null = null;
  while (piece.lastIndex < line.length) {
    const found = piece.exec(line);
    if (found === null) return null;
    const [, single, double, escaped, plain, gap] = found;
    if (gap !== undefined) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    // Inside double quotes a backslash escapes only these; before others it stays.
    const text = single ?? double?.replace(/\\([\\"$`])|\\\n/g, '$1') ?? escaped ?? plain ?? '';
    word = (word ?? '') + text;
  }
  return word === null ? words : [...words, word];
}
