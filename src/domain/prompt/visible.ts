// Terminal colour and cursor codes: whole sequences, so that no `[31m` is left behind.
// oxlint-disable-next-line no-control-regex -- they are what is removed
const terminalCodes = /\u001b\[[0-?]*[ -/]*[@-~]/g;
// Zero width, direction, tags, fillers, variation selectors; private use, unassigned, control.
const hidden = /(?!\u200d)\p{Default_Ignorable_Code_Point}|(?![\u200d\n\t])[\p{Cf}\p{Cc}\p{Co}\p{Cn}]/gu;
// A joiner belongs between two emoji and nowhere else.
const strayJoiner = /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}])\u200d|\u200d(?!\p{Extended_Pictographic})/gu;

/** The text with one kind of line break and without characters that people cannot see but programs read. */
export function visible(text: string): string {
  return withLineBreaks(text).replace(terminalCodes, '').replace(hidden, '').replace(strayJoiner, '');
}

/**
 * The characters that `visible` leaves out, as their code points, each once and in order; what is written in tag
 * characters is read as the letters that they stand for. Null when there are none, or only such as keyboards make: how an
 * emoji is to be drawn, a mark of the byte order, a place to break a word.
 */
export function hiddenCharactersIn(text: string): string | null {
  const found = withLineBreaks(text).replace(
    /\p{Extended_Pictographic}\ufe0f|[#*0-9]\ufe0f\u20e3|^\ufeff|\u00ad/gu,
    '',
  );
  const withoutEmoji = found.replace(/(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}])[\ufe0f\u200d]+/gu, '');
  const characters = [terminalCodes, hidden, strayJoiner].flatMap((kind) => withoutEmoji.match(kind) ?? []);
  if (characters.length === 0) return null;
  const points = [...new Set(characters.flatMap((one) => Array.from(one)))].filter((one) => !isTag(one)).map(named);
  const tagged = characters.filter(isTag).map((one) => String.fromCodePoint((one.codePointAt(0) ?? 0) - TAG_START));
  return [...points, ...(tagged.length > 0 ? [`tags that spell "${tagged.join('')}"`] : [])].join(', ');
}

/** Every line ends with one newline, and half a character is shown as one that is broken. */
function withLineBreaks(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd').replace(/\r\n?|[\u0085\v\f\u2028\u2029]/g, '\n');
}

const TAG_START = 0xe0000; // a tag is this much after the ASCII character that it stands for

function isTag(character: string): boolean {
  return /^[\u{e0020}-\u{e007e}]$/u.test(character);
}

function named(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
