/** At most `charsMax` UTF-16 units of a text, and never half a character. */
export function clip(text: string, charsMax: number): string {
  const start = text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`;
  return start.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The text as one line without control characters, clipped. */
export function clipToLine(text: string, charsMax: number): string {
  // What cannot be needed is cut off first, so that the search below has an end.
  return clip(
    text
      .slice(0, charsMax * 4)
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
    charsMax,
  );
}
