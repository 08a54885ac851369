import { lex, type Token } from './lex.ts';

export type Argument =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Argument>> };

export type Selection =
  | {
      readonly kind: 'field';
      readonly alias: string;
      readonly name: string;
      readonly args: Readonly<Record<string, Argument>>;
      readonly selections: readonly Selection[];
    }
  | { readonly kind: 'inline'; readonly on: string | null; readonly selections: readonly Selection[] }
  | { readonly kind: 'spread'; readonly name: string };

export type Document = {
  readonly operation: 'query' | 'mutation';
  readonly selections: readonly Selection[];
  readonly fragments: ReadonlyMap<string, { readonly on: string; readonly selections: readonly Selection[] }>;
};

class SyntaxMistake extends Error {}

/** Parses a document with one operation; the text of the mistake when it is none. Directives and types are passed over. */
export function parseDocument(text: string): Document | string {
  const tokens = lex(text);
  if (tokens === null) return 'Unexpected character';
  try {
    return createParser(tokens).document();
  } catch (error) {
    if (error instanceof SyntaxMistake) return error.message;
    throw error;
  }
}

function createParser(tokens: readonly Token[]) {
  let at = 0;
  const isMark = (text: string): boolean => {
    const token = tokens[at];
    return token?.kind === 'mark' && token.text === text;
  };
  const take = (text: string): boolean => {
    if (!isMark(text)) return false;
    at += 1;
    return true;
  };
  const expectMark = (text: string): void => {
    if (!take(text)) throw new SyntaxMistake(`Expected "${text}"`);
  };
  const name = (): string => {
    const token = tokens[at];
    if (token?.kind !== 'name') throw new SyntaxMistake('Expected a name');
    at += 1;
    return token.text;
  };

  const argument = (): Argument => {
    const token = tokens[at];
    if (take('$')) return { kind: 'variable', name: name() };
    if (take('[')) {
      const items: Argument[] = [];
      while (!take(']')) items.push(argument());
      return { kind: 'list', items };
    }
    if (take('{')) return { kind: 'object', fields: fields('}') };
    at += 1;
    if (token?.kind === 'value') return { kind: 'literal', value: token.value };
    if (token?.kind !== 'name') throw new SyntaxMistake('Expected a value');
    const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };
    return { kind: 'literal', value: token.text in words ? words[token.text] : token.text };
  };
  const fields = (end: string): Readonly<Record<string, Argument>> => {
    const found: Record<string, Argument> = {};
    while (!take(end)) {
      const key = name();
      expectMark(':');
      found[key] = argument();
    }
    return found;
  };
  const skipParentheses = (): void => {
    if (!take('(')) return;
    for (let depth = 1; depth > 0; at += 1) {
      if (at >= tokens.length) throw new SyntaxMistake('Expected ")"');
      if (isMark('(')) depth += 1;
      if (isMark(')')) depth -= 1;
    }
  };
  const skipDirectives = (): void => {
    while (take('@')) {
      name();
      skipParentheses();
    }
  };

  const selection = (): Selection => {
    if (take('...')) {
      const token = tokens[at];
      if (token?.kind === 'name' && token.text !== 'on') {
        at += 1;
        skipDirectives();
        return { kind: 'spread', name: token.text };
      }
      const on = token?.kind === 'name' ? (name(), name()) : null;
      skipDirectives();
      return { kind: 'inline', on, selections: selections() };
    }
    const first = name();
    const field = take(':') ? name() : first;
    const args = take('(') ? fields(')') : {};
    skipDirectives();
    return { kind: 'field', alias: first, name: field, args, selections: isMark('{') ? selections() : [] };
  };
  const selections = (): readonly Selection[] => {
    expectMark('{');
    const found: Selection[] = [];
    while (!take('}')) found.push(selection());
    return found;
  };

  const document = (): Document => {
    let operation: Document['operation'] | null = null;
    let top: readonly Selection[] = [];
    const fragments = new Map<string, { on: string; selections: readonly Selection[] }>();
    while (at < tokens.length) {
      const word = isMark('{') ? 'query' : name();
      if (word === 'fragment') {
        const key = name();
        name(); // `on`
        fragments.set(key, { on: name(), selections: selections() });
        continue;
      }
      if ((word !== 'query' && word !== 'mutation') || operation !== null)
        throw new SyntaxMistake('Expected one operation');
      operation = word;
      if (tokens[at]?.kind === 'name') at += 1;
      skipParentheses();
      skipDirectives();
      top = selections();
    }
    if (operation === null) throw new SyntaxMistake('Expected an operation');
    return { operation, selections: top, fragments };
  };
  return { document };
}
