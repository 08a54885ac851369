const MAIL_TAIL_LINES_MAX = 200; // a mail program quotes the whole question below a reply; more is no reply
const SIGNATURE_LINES_MAX = 5; // a name, a role, a company, an address, a number

/** A reply taken apart: what its author wrote into it, and what they quoted above or below that. */
export type Reply = { readonly said: string; readonly quoted: readonly string[] };

/**
 * Takes away what mail programs and "Quote reply" add: the quote above the words, the one below them under "On … wrote:",
 * a signature behind `-- `, the name of a telephone. Whatever else stands in the reply was written by its author.
 */
export function takeApart(reply: string): Reply {
  const all = linesOf(reply);
  const { kept, below } = withoutTail(all);
  let start = 0;
  while (start < kept.length && isQuotedOrBlank(kept[start] ?? '')) start += 1;
  const attributed = start === 0 || kept.slice(0, start).every(isBlank) ? attributionAt(kept, start) : 0;
  if (attributed > 0) start += attributed;
  while (start < kept.length && isQuotedOrBlank(kept[start] ?? '')) start += 1;
  const above = kept.slice(0, start).filter(isQuoted);
  return { said: withoutCall(kept.slice(start).join('\n').trim()), quoted: [...above, ...below] };
}

function withoutTail(lines: readonly string[]): {
  readonly kept: readonly string[];
  readonly below: readonly string[];
} {
  const { kept, below } = withoutQuoteBelow(withoutSignature(lines));
  return { kept: below.length > 0 ? withoutSignature(kept) : kept, below };
}

function withoutSignature(lines: readonly string[]): readonly string[] {
  const kept = withoutBlankEnd(lines);
  const written = isDevice(kept.at(-1) ?? '') ? withoutBlankEnd(kept.slice(0, -1)) : kept;
  const signature = written.lastIndexOf('-- ');
  return signature > 0 && written.length - signature - 1 <= SIGNATURE_LINES_MAX
    ? withoutBlankEnd(written.slice(0, signature))
    : written;
}

function withoutQuoteBelow(lines: readonly string[]): ReturnType<typeof withoutTail> {
  let top = lines.length;
  while (top > 0 && lines.length - top < MAIL_TAIL_LINES_MAX && isQuotedOrBlank(lines[top - 1] ?? '')) top -= 1;
  const below = lines.slice(top).filter(isQuoted);
  const attributed = [1, 2].find((count) => top >= count && attributionAt(lines, top - count) === count);
  return below.length === 0 || attributed === undefined
    ? { kept: lines, below: [] }
    : { kept: lines.slice(0, top - attributed), below };
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => !isBlank(line)) + 1);
}

/** How many lines "On Friday the 20th Mona wrote:" takes here, above a quote; 0 where it does not stand. */
function attributionAt(lines: readonly string[], at: number): 0 | 1 | 2 {
  const [line = '', next = ''] = [lines[at]?.trim(), lines[at + 1]?.trim()];
  const form = /^On (?=.*\d).{1,300} wrote:$/;
  if (form.test(line)) return 1;
  return line.startsWith('On ') && !next.startsWith('On ') && form.test(`${line} ${next}`) ? 2 : 0;
}

function isDevice(line: string): boolean {
  return /^(?:Sent from my (?:iPhone|iPad|phone|mobile(?: device)?|Android(?: device)?|Galaxy|Pixel)|Get Outlook for (?:iOS|Android))\.?$/.test(
    line.trim(),
  );
}

/** The reply without the quote above its words. */
export function withoutQuote(reply: string): string {
  const lines = linesOf(reply);
  const first = lines.findIndex((line) => !isBlank(line) && !isQuoted(line));
  return (first === -1 ? lines : lines.slice(first)).join('\n').trim();
}

/** "@reeve b" is a b: whoever called somebody else was not heard as an answer. */
export function withoutCall(text: string): string {
  return text.replace(/^@[a-z0-9-]+(?:\[bot\])?[,:]?\s+(?=\S)/i, '');
}

export const isQuoted = (line: string): boolean => /^ {0,3}>/.test(line);

const isQuotedOrBlank = (line: string): boolean => isBlank(line) || isQuoted(line);

const isBlank = (line: string): boolean => line.trim() === '';

const linesOf = (text: string): readonly string[] => text.split(/\r\n|\r|\n/);
