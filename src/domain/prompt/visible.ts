// Terminal colour and cursor codes: whole sequences, so that no `[31m` is left behind.
// oxlint-disable-next-line no-control-regex -- they are what is removed
const terminalCodes = /\u001b\[[0-?]*[ -/]*[@-~]/g;
// Zero width, direction, tags, fillers, variation selectors; private use, unassigned, control.
const hidden = /(?!\u200d)\p{Default_Ignorable_Code_Point}|(?![\u200d\n\t])[\p{Cf}\p{Cc}\p{Co}\p{Cn}]/gu;
// A joiner belongs between two emoji and nowhere else.
const strayJoiner = /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}])\u200d|\u200d(?!\p{Extended_Pictographic})/gu;

/** The text with one kind of line break and without characters that people cannot see but programs read. */
export function visible(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/\r\n?|[\u0085\v\f\u2028\u2029]/g, '\n')
    .replace(terminalCodes, '')
    .replace(hidden, '')
    .replace(strayJoiner, '');
}
