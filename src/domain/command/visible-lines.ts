type Hidden =
  | { readonly kind: 'fence'; readonly mark: string; readonly indentMax: number }
  /** `endsAtBlank`: begun in the middle of a line, it is part of a paragraph and cannot outlive it. */
  | { readonly kind: 'comment'; readonly endsAtBlank: boolean };

/** The indices of the lines that a reader sees as their author's own prose: not quoted, not code, not in an HTML comment. */
export function visibleLines(lines: readonly string[]): readonly number[] {
  const visible: number[] = [];
  let hidden: Hidden | null = null;
  for (const [index, line] of lines.entries()) {
    if (hidden) {
      if (endsHere(hidden, line)) hidden = null;
      continue;
    }
    if (isQuoted(line) || isIndentedCode(line)) continue;
    hidden = fenceAt(line) ?? commentAt(line);
    if (hidden?.kind !== 'fence') visible.push(index);
  }
  return visible;
}

const isQuoted = (line: string): boolean => /^ {0,3}>/.test(line);
const isIndentedCode = (line: string): boolean => /^(?: {4}| {0,3}\t)/.test(line);

/** A fence may stand in a list item; then what it holds is indented with it. */
function fenceAt(line: string): Hidden | null {
  const match = /^((?: {0,3}(?:[-*+]|\d{1,9}[.)]) +)* {0,3})(`{3,}(?!.*`)|~{3,})/.exec(line);
  if (!match) return null;
  const [, before = '', mark = ''] = match;
  return { kind: 'fence', mark, indentMax: before.length + 3 };
}

function commentAt(line: string): Hidden | null {
  const prose = line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, ''); // what stands in inline code opens nothing
  const opening = prose.lastIndexOf('<!--');
  if (opening === -1 || prose.includes('-->', opening)) return null;
  return { kind: 'comment', endsAtBlank: prose.slice(0, opening).trim() !== '' };
}

function endsHere(hidden: Hidden, line: string): boolean {
  if (hidden.kind === 'comment') return line.includes('-->') || (hidden.endsAtBlank && line.trim() === '');
  const text = line.trim();
  const indent = line.length - line.trimStart().length;
  const isMark = text.length >= hidden.mark.length && text === hidden.mark.charAt(0).repeat(text.length);
  return isMark && indent <= hidden.indentMax;
}
