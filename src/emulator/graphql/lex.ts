/** A GraphQL document in pieces: names, numbers, strings, `...`, and single marks. */
export type Token =
  | { readonly kind: 'name' | 'mark'; readonly text: string }
  | { readonly kind: 'value'; readonly value: string | number };

const pattern =
  /[\s,]+|#[^\n]*|("""[\s\S]*?""")|("(?:[^"\\\n]|\\.)*")|(-?\d+(?:\.\d+)?)|([_A-Za-z]\w*)|(\.\.\.|[{}()[\]:!$=@|])/y;

/** Cuts a document; null when it holds what GraphQL does not. */
export function lex(text: string): readonly Token[] | null {
  const tokens: Token[] = [];
  const scanner = new RegExp(pattern);
  while (scanner.lastIndex < text.length) {
    const found = scanner.exec(text);
    if (found === null) return null;
    const [, block, quoted, number, name, mark] = found;
    if (block !== undefined) tokens.push({ kind: 'value', value: block.slice(3, -3) });
    else if (quoted !== undefined) tokens.push({ kind: 'value', value: String(JSON.parse(quoted)) });
    else if (number !== undefined) tokens.push({ kind: 'value', value: Number(number) });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
  }
  return tokens;
}
