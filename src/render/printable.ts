const CONTROL_PICTURES = 0x2400; // the block of Unicode that shows control characters without acting on them
const DELETE = 0x7f;
const DELETE_PICTURE = '\u2421';

/**
 * Text that we did not write, for a terminal, line by line as it is: line ends and tabs stay; every other control character
 * is shown as its picture, and what is invisible or changes the direction of writing as a replacement. Each character is
 * judged by itself, so that a text may be cut anywhere.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(CONTROL_PICTURES + code);
    return code === DELETE ? DELETE_PICTURE : '\u{FFFD}';
  });
}
