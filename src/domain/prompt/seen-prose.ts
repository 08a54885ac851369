import { isTelling, type Hidden, type HiddenKind } from './hidden.ts';
import { labelOf, labelsIn, matchAt, withoutDefinitions, type SeenProse } from './seen-definitions.ts';

/** What is outside of fenced code. Each search ends where the next of its kind begins, or is made once: it stays linear. */
export function seeProse(text: string): SeenProse {
  const scan: Scan = {
    text,
    hidden: [],
    labels: labelsIn(text),
    at: 0,
    result: '',
    mayBeCode: true,
    isRaw: false,
    isInHtml: false,
    unclosed: new Set(),
    paragraph: noParagraph,
  };
  const marks = /`+|<|!\[|\]\(|\]\[|\n[ \t]*(?=\n)/g;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    scan.result += text.slice(scan.at, mark.index);
    scan.at = mark.index;
    const next = passOver(scan, mark[0]);
    if (next === null) return withoutDefinitions({ text: scan.result, hidden: scan.hidden, hidesTheRest: true });
    scan.at = next;
    marks.lastIndex = next;
  }
  return withoutDefinitions({ text: scan.result + text.slice(scan.at), hidden: scan.hidden, hidesTheRest: false });
}

type Scan = {
  readonly text: string;
  readonly hidden: Hidden[];
  readonly labels: ReadonlySet<string>;
  at: number;
  result: string;
  /** Nothing before, in this paragraph, could make backticks mean anything but code. */
  mayBeCode: boolean;
  /** A tag came before in this paragraph: GitHub may read it as HTML. */
  isInHtml: boolean;
  /** HTML was opened of which GitHub reads no Markdown, blank lines or not. */
  isRaw: boolean;
  paragraph: Paragraph;
  /** What was looked for in vain: it is nowhere after. */
  readonly unclosed: Set<string>;
};

/** Writes what is seen of the mark, and gives where to go on; null when the rest is hidden. */
function passOver(scan: Scan, mark: string): number | null {
  if (mark === '![') return passImage(scan);
  if (mark === '](') return passTarget(scan);
  if (mark === '<') return passTag(scan);
  if (mark === '][') return passLabel(scan);
  if (mark.startsWith('`')) return passTicks(scan, mark);
  scan.mayBeCode = !scan.isRaw;
  scan.isInHtml = scan.isRaw;
  return write(scan, mark);
}

function write(scan: Scan, text: string): number {
  scan.result += text;
  return scan.at + text.length;
}

function hide(scan: Scan, kind: HiddenKind, text: string): void {
  scan.hidden.push({ kind, text });
}

/** A span of code, when it surely is one: on one line, in one cell, after nothing that reads backticks otherwise. */
function passTicks(scan: Scan, ticks: string): number {
  const { text, at } = scan;
  const newline = text.indexOf('\n', at);
  const line = text.slice(at + ticks.length, newline === -1 ? text.length : newline);
  const span = scan.mayBeCode && text[at - 1] !== '\\' ? spanIn(line, ticks) : null;
  if (span === null) scan.mayBeCode = false;
  return write(scan, ticks + (span ?? ''));
}

function spanIn(line: string, ticks: string): string | null {
  for (const run of line.matchAll(/`+/g)) {
    if (run[0].length !== ticks.length) continue;
    const span = line.slice(0, run.index);
    return span.includes('|') ? null : span + run[0];
  }
  return null;
}

const RAW = [
  { opening: /<!--/y, end: '-->', kind: 'comment' },
  { opening: /<!\[CDATA\[/y, end: ']]>', kind: 'comment' },
  { opening: /<\?/y, end: '?>', kind: 'comment' },
  { opening: /<![a-z]/iy, end: '>', kind: 'comment' },
  { opening: /<script\b/iy, end: '</script', kind: 'contents' },
  { opening: /<style\b/iy, end: '</style', kind: 'contents' },
  { opening: /<template\b/iy, end: '</template', kind: 'contents' },
  { opening: /<noscript\b/iy, end: '</noscript', kind: 'contents' },
] as const;

// Names, then values in quotes or without. A quote may hold what else would end the tag.
const tag = /<(\/?[a-z][a-z0-9-]*)((?:[\s/]+[^\s"'=<>`/]+(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*[\s/]*)>/iy;
const oddTag = /<(\/?[a-z][a-z0-9-]*)([\s/][^<>]*)>/iy;

function passTag(scan: Scan): number | null {
  const { text, at } = scan;
  if (/^[a-z/!?]/i.test(text[at + 1] ?? '')) scan.mayBeCode = false;
  const raw = RAW.find(({ opening }) => matchAt(opening, text, at) !== null);
  if (raw) {
    const end = endOf(scan, raw.end);
    if (end !== null) {
      hide(scan, raw.kind, text.slice(at, end));
      scan.isInHtml = true;
      return end;
    }
    if (scan.isInHtml || isFirstInLine(text, at)) {
      hide(scan, raw.kind, text.slice(at));
      return null;
    }
    scan.isRaw = true;
  }
  if (/^[a-z/!?]/i.test(text[at + 1] ?? '')) scan.isInHtml = true;
  const found = matchAt(tag, text, at) ?? matchAt(oddTag, text, at);
  if (found === null) return write(scan, '<');
  const [whole, name = '', attributes = ''] = found;
  if (/^(?:pre|textarea)$/i.test(name)) scan.isRaw = true;
  if (attributes.trim() !== '') hide(scan, 'attributes', attributes.trim());
  scan.result += `<${name}>`;
  return at + whole.length;
}

/** Behind the closing of what began here, or null. */
function endOf({ text, at, unclosed }: Scan, closing: string): number | null {
  if (unclosed.has(closing)) return null;
  const found = closing.startsWith('</') ? indexOfIgnoringCase(text, closing, at) : text.indexOf(closing, at + 2);
  if (found === -1) {
    unclosed.add(closing);
    return null;
  }
  const end = closing.startsWith('</') ? text.indexOf('>', found) : found + closing.length - 1;
  return end === -1 ? text.length : end + 1;
}

function indexOfIgnoringCase(text: string, wanted: string, from: number): number {
  const pattern = new RegExp(wanted, 'gi');
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}

function isFirstInLine(text: string, at: number): boolean {
  return /^[ \t>*+\-\d.)]*$/.test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at));
}

// A destination and perhaps a title, behind `](`.
const target =
  /[ \t\n]*(<[^<>\n]*>|[^\s()<]*(?:\([^\s()]*\)[^\s()]*)*)(?:[ \t\n]+("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\((?:[^()\\]|\\[^])*\)))?[ \t\n]*\)/y;

function passTarget(scan: Scan): number {
  const { text, at } = scan;
  const found = matchAt(target, text, at + 2);
  if (found === null) return write(scan, '](');
  const [whole, destination = '', title] = found;
  if (title !== undefined) hide(scan, 'title', title.slice(1, -1));
  scan.result += `](${address(scan, destination)})`;
  return at + 2 + whole.length;
}

/** In angle brackets an address may hold words, which nobody sees. */
function address(scan: Scan, written: string): string {
  if (!/\s/.test(written)) return written;
  hide(scan, 'title', written);
  return '';
}

/** The label of `[text][label]` is not drawn: one with words in it is left out. */
function passLabel(scan: Scan): number {
  const { text, at } = scan;
  const label = matchAt(/\[((?:[^[\]\\]|\\[^]){1,999})\]/y, text, at + 1);
  const isDefined = label !== null && scan.labels.has(labelOf(label[1] ?? ''));
  scan.result += text[at] === ']' && !scan.result.endsWith('(image)') ? ']' : '';
  if (label === null || !isDefined || !isTelling({ kind: 'definition', text: label[1] ?? '' })) return at + 1;
  hide(scan, 'definition', label[1] ?? '');
  return at + 1 + label[0].length;
}

/** An image is its address: what describes it is not drawn. */
function passImage(scan: Scan): number {
  const { text, at } = scan;
  const end = endOfDescription(scan);
  if (end === null) return write(scan, '![');
  const description = text.slice(at + 2, end);
  if (description.trim() !== '') hide(scan, 'description', description);
  const found = text[end + 1] === '(' ? matchAt(target, text, end + 2) : null;
  if (found === null) {
    scan.result += '(image)';
    scan.at = end;
    return text[end + 1] === '[' ? passLabel(scan) : end + 1;
  }
  if (found[2] !== undefined) hide(scan, 'title', found[2].slice(1, -1));
  scan.result += `(image: ${address(scan, found[1] ?? '')})`;
  return end + 2 + found[0].length;
}

/** Where the bracket of a description closes, when an image surely or perhaps follows from it. */
function endOfDescription(scan: Scan): number | null {
  const { text, at, labels } = scan;
  if (at >= scan.paragraph.end) scan.paragraph = paragraphAt(text, at);
  const { closings, lastOdd, lastClosing } = scan.paragraph;
  const closing = closings.get(at + 1);
  const isSure = closing ? closing.isSure : lastOdd < at;
  if (!isSure) return lastClosing > at ? lastClosing : null; // the last that could close it does
  if (!closing) return null;
  const label = labelOf(text.slice(at + 2, closing.at));
  return /[([]/.test(text[closing.at + 1] ?? '') || labels.has(label) ? closing.at : null;
}

type Paragraph = {
  readonly end: number;
  /** Where each opening bracket closes; not sure when code, tags or escapes are between, where brackets are only letters. */
  readonly closings: ReadonlyMap<number, { readonly at: number; readonly isSure: boolean }>;
  /** The last place of such; -1 without any. */
  readonly lastOdd: number;
  /** The last bracket that could end a description; -1 without any. */
  readonly lastClosing: number;
};

const noParagraph: Paragraph = { end: 0, closings: new Map(), lastOdd: -1, lastClosing: -1 };

function paragraphAt(text: string, start: number): Paragraph {
  const blank = /\n[ \t]*\n/g;
  blank.lastIndex = start;
  const end = Math.max(blank.exec(text)?.index ?? text.length, start + 1);
  const closings = new Map<number, { readonly at: number; readonly isSure: boolean }>();
  const open: { readonly at: number; readonly odds: number }[] = [];
  let odds = 0;
  let lastOdd = -1;
  let lastClosing = -1;
  for (const { 0: mark, index } of text.slice(start, end).matchAll(/[[\]\\`<]/g)) {
    const at = start + index;
    if (mark === '[') {
      open.push({ at, odds });
    } else if (mark === ']') {
      const opening = open.pop();
      if (opening) closings.set(opening.at, { at, isSure: opening.odds === odds });
      if (/[([]/.test(text[at + 1] ?? '')) lastClosing = at;
    } else {
      odds += 1;
      lastOdd = at;
    }
  }
  return { end, closings, lastOdd, lastClosing };
}
