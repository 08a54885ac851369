const FENCE_CHARACTERS_MIN = 3;

/** A fence of backticks longer than any run of them in the text, so that the text cannot end it. */
export function fenceFor(text: string): string {
  const longest = [...text.matchAll(/`+/g)].reduce((length, run) => Math.max(length, run[0].length), 0);
  return '`'.repeat(Math.max(FENCE_CHARACTERS_MIN, longest + 1));
}
