import { createCursor, SyntaxMistake, type Cursor } from './cursor.ts';
import { lex } from './lex.ts';

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

/** Parses a document with one operation; the text of the mistake when it is none. Directives and types are passed over. */
export function parseDocument(text: string): Document | string {
  const tokens = lex(text);
  if (tokens === null) return 'Unexpected character';
  try {
    return readDocument(createCursor(tokens));
  } catch (error) {
    if (error instanceof SyntaxMistake) return error.message;
    throw error;
  }
}

function readDocument(cursor: Cursor): Document {
  let operation: Document['operation'] | null = null;
  let selections: readonly Selection[] = [];
  const fragments = new Map<string, { on: string; selections: readonly Selection[] }>();
  while (!cursor.isAtEnd()) {
    const word = cursor.isMark('{') ? 'query' : cursor.name();
    if (word === 'fragment') {
      const key = cursor.name();
      cursor.name(); // `on`
      fragments.set(key, { on: cursor.name(), selections: readSelections(cursor) });
      continue;
    }
    if ((word !== 'query' && word !== 'mutation') || operation !== null) {
      throw new SyntaxMistake('Expected one operation');
    }
    operation = word;
    if (cursor.isName()) cursor.name();
    cursor.skipParentheses();
    cursor.skipDirectives();
    selections = readSelections(cursor);
  }
  if (operation === null) throw new SyntaxMistake('Expected an operation');
  return { operation, selections, fragments };
}

function readSelections(cursor: Cursor): readonly Selection[] {
  cursor.expect('{');
  const found: Selection[] = [];
  while (!cursor.take('}')) found.push(readSelection(cursor));
  return found;
}

function readSelection(cursor: Cursor): Selection {
  if (cursor.take('...')) return readFragment(cursor);
  const alias = cursor.name();
  const name = cursor.take(':') ? cursor.name() : alias;
  const args = cursor.take('(') ? readFields(cursor, ')') : {};
  cursor.skipDirectives();
  return { kind: 'field', alias, name, args, selections: cursor.isMark('{') ? readSelections(cursor) : [] };
}

function readFragment(cursor: Cursor): Selection {
  const word = cursor.isName() ? cursor.name() : null;
  if (word !== null && word !== 'on') {
    cursor.skipDirectives();
    return { kind: 'spread', name: word };
  }
  const on = word === null ? null : cursor.name();
  cursor.skipDirectives();
  return { kind: 'inline', on, selections: readSelections(cursor) };
}

function readFields(cursor: Cursor, end: string): Readonly<Record<string, Argument>> {
  const found: Record<string, Argument> = {};
  while (!cursor.take(end)) {
    const key = cursor.name();
    cursor.expect(':');
    found[key] = readArgument(cursor);
  }
  return found;
}

function readArgument(cursor: Cursor): Argument {
  if (cursor.take('$')) return { kind: 'variable', name: cursor.name() };
  if (cursor.take('{')) return { kind: 'object', fields: readFields(cursor, '}') };
  if (cursor.take('[')) {
    const items: Argument[] = [];
    while (!cursor.take(']')) items.push(readArgument(cursor));
    return { kind: 'list', items };
  }
  if (!cursor.isName()) return { kind: 'literal', value: cursor.value() };
  const word = cursor.name();
  const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };
  return { kind: 'literal', value: word in words ? words[word] : word };
}
