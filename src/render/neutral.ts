const BREAK = '\u200b'; // zero width: people read on over it, GitHub's parsers stop at it

/**
 * Text of several lines in which GitHub acts on nothing. Its code is left as it is, for people who copy it, where everybody
 * agrees on what is code; its addresses become code.
 */
export function neutralText(text: string): string {
  const lines = withFences(text.split('\n'));
  if (lines === null) return neutral(text);
  const isClear = lines.every(({ line, isFenced }) => isFenced || spansOf(line) !== null);
  const isEscaped = lines.some(({ line, isFenced }) => !isFenced && /\\`/.test(line)); // opens no code outside of code
  const prose = isClear && !isEscaped ? (line: string) => neutralLine(line, (part) => part) : neutral;
  return lines.map(({ line, isFenced }) => (isFenced ? breakMarkers(line) : prose(line))).join('\n');
}

/** The same for one line; `escape` is what the parts outside code need besides. */
export function neutralLine(line: string, escape: (prose: string) => string): string {
  const spans = spansOf(line);
  if (spans !== null)
    return spans.map((span) => (span.isCode ? breakMarkers(span.text) : neutralProse(span, escape))).join('');
  return neutral(
    line
      .split(/(`+)/)
      .map((part, at) => (at % 2 === 1 ? part.replaceAll('`', '\\`') : escape(part)))
      .join(''),
  );
}

type Span = {
  readonly text: string;
  readonly isCode: boolean;
  readonly isAfterCode: boolean;
  readonly isBeforeCode: boolean;
};

/**
 * The code of a line, with its backticks, and what is between. Null where it is not clear what is code: a run of backticks
 * without its partner may have one on another line, and a bar in code may end a cell of a table.
 */
function spansOf(line: string): readonly Span[] | null {
  const parts = line.split(/(`+)/);
  const found: { text: string; isCode: boolean }[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? '';
    if (at % 2 === 0) {
      found.push({ text: part, isCode: false });
      continue;
    }
    const closing = parts.findIndex((other, later) => later > at && later % 2 === 1 && other === part);
    if (closing === -1) return null;
    const text = parts.slice(at, closing + 1).join('');
    if (text.includes('|')) return null;
    found.push({ text, isCode: true });
    at = closing;
  }
  return found.map((span, at) => ({
    ...span,
    isAfterCode: found[at - 1]?.isCode === true,
    isBeforeCode: found[at + 1]?.isCode === true,
  }));
}

/** A line that was cut, up to the code that the cut may have opened: outside code, what was in it would mean something. */
export function beforeOpenCode(line: string): string {
  const parts = line.split(/(`+)/);
  for (let at = 1; at < parts.length; at += 2) {
    const closing = parts.findIndex((other, later) => later > at && later % 2 === 1 && other === parts[at]);
    if (closing === -1) return parts.slice(0, at).join('');
    at = closing;
  }
  return line;
}

const address = /(?:https?:\/\/|www\.)[^\s<>`|\\]*[^\s<>`|\\.,;:!?'")\]}*_~]/gi;

/** As code an address is no link, and can still be copied. Not right beside other code, whose backticks it would join. */
function neutralProse({ text, isAfterCode, isBeforeCode }: Span, escape: (prose: string) => string): string {
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    const end = match.index + match[0].length;
    const isBeside = (isAfterCode && match.index === 0) || (isBeforeCode && end === text.length);
    if (isBeside || match.index < from || /\\$/.test(text.slice(0, match.index))) continue;
    parts.push(neutral(escape(text.slice(from, match.index))), `\`${match[0]}\``);
    from = end;
  }
  return [...parts, neutral(escape(text.slice(from)))].join('');
}

type Line = { readonly line: string; readonly isFenced: boolean };

/** Which lines are the content of code blocks that begin at the margin; null where another line may begin or end one too. */
function withFences(lines: readonly string[]): readonly Line[] | null {
  let marks: string | null = null;
  const found: Line[] = [];
  for (const line of lines) {
    const isEnd: boolean = marks !== null && isClosing(line, marks);
    found.push({ line, isFenced: marks !== null && !isEnd });
    if (isEnd) marks = null;
    else if (marks === null) {
      marks = /^(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[0] ?? null;
      if (marks === null && /```|~~~/.test(line)) return null;
    }
  }
  // The line of a fence is no prose, and its backticks have no partner there.
  return found.map(({ line, isFenced }) => ({ line, isFenced: isFenced || /^ {0,3}(?:```|~~~)/.test(line) }));
}

function isClosing(line: string, marks: string): boolean {
  const text = /^ {0,3}(\S+)[ \t]*$/.exec(line)?.[1] ?? '';
  return text.length >= marks.length && text === marks.charAt(0).repeat(text.length);
}

/** Breaks whatever GitHub would act on, wherever it stands. */
export function neutral(text: string): string {
  return text
    .replace(/@(?=[\p{L}\p{N}_-])/gu, `@${BREAK}`) // people and teams, and owner/repository@commit
    .replace(/#(?=\d)/g, `#${BREAK}`)
    .replace(/(GH)(?=-\d)/gi, `$1${BREAK}`)
    .replace(/&(?=[#\p{L}])/gu, `&${BREAK}`) // an entity could spell any of the others
    .replace(/<(?=[\p{L}/!?])/gu, `<${BREAK}`) // HTML, hidden comments, <https://…>
    .replace(/!(?=\[)/g, `!${BREAK}`)
    .replace(/\](?=[([:])/g, `]${BREAK}`) // links, and what defines them
    .replace(/:(?=\/\/)/g, `:${BREAK}`)
    .replace(/(www)(?=\.)/gi, `$1${BREAK}`);
}

/** Our own markers are looked for in the whole of a body: none may come from others, in code neither. */
export function breakMarkers(text: string): string {
  return text.replaceAll('<!--', '<! --');
}
