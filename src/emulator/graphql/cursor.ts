import type { Token } from './lex.ts';

/** A document that is not GraphQL; the message says what was expected. */
export class SyntaxMistake extends Error {}

/** A place in a document, moving forward. */
export type Cursor = {
  isAtEnd(): boolean;
  isMark(text: string): boolean;
  isName(): boolean;
  /** Steps over a mark if it is here. */
  take(text: string): boolean;
  expect(text: string): void;
  name(): string;
  value(): string | number;
  skipParentheses(): void;
  skipDirectives(): void;
};

/** Begins at the first token. */
export function createCursor(tokens: readonly Token[]): Cursor {
  let at = 0;
  const cursor: Cursor = {
    isAtEnd: () => at >= tokens.length,
    isMark(text) {
      const token = tokens[at];
      return token?.kind === 'mark' && token.text === text;
    },
    isName: () => tokens[at]?.kind === 'name',
    take(text) {
      if (!cursor.isMark(text)) return false;
      at += 1;
      return true;
    },
    expect(text) {
      if (!cursor.take(text)) throw new SyntaxMistake(`Expected "${text}"`);
    },
    name() {
      const token = tokens[at];
      if (token?.kind !== 'name') throw new SyntaxMistake('Expected a name');
      at += 1;
      return token.text;
    },
    value() {
      const token = tokens[at];
      if (token?.kind !== 'value') throw new SyntaxMistake('Expected a value');
      at += 1;
      return token.value;
    },
    skipParentheses() {
      if (!cursor.take('(')) return;
      for (let depth = 1; depth > 0; at += 1) {
        if (cursor.isAtEnd()) throw new SyntaxMistake('Expected ")"');
        if (cursor.isMark('(')) depth += 1;
        if (cursor.isMark(')')) depth -= 1;
      }
    },
    skipDirectives() {
      while (cursor.take('@')) {
        cursor.name();
        cursor.skipParentheses();
      }
    },
  };
  return cursor;
}
