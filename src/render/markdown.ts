import { fenceFor } from '../domain/prompt/fence.ts';
import { visible } from '../domain/prompt/visible.ts';
import { beforeOpenCode, breakMarkers, neutral, neutralLine, neutralText } from './neutral.ts';

/** GitHub takes 65,536 characters in a comment; the rest is room for our hidden marker and for counting differently. */
export const COMMENT_CHARACTERS_MAX = 60_000;

/**
 * Text that we did not write, as a code block: shown letter by letter, and nothing in it means anything to GitHub.
 * A hidden comment in it is broken too, because our markers are looked for in the whole body.
 */
export function fenced(text: string, language = 'text'): string {
  const clean = breakMarkers(visible(text).replace(/^\n+|\s+$/g, ''));
  const fence = fenceFor(clean);
  return `${fence}${language}\n${clean}\n${fence}`;
}

/**
 * Text that we did not write, as a block quote in which its lists, emphasis and code still read well. It cannot leave the
 * quote, mention anybody, refer to an issue, close one, load an image, link, or hold HTML.
 */
export function quoted(text: string): string {
  return neutralText(visible(text).trim())
    .split('\n')
    .map((line) => (line.trim() === '' ? '>' : `> ${plainFence(line)}`))
    .join('\n');
}

/** Text that we did not write, within a line of ours: one line, without formatting other than code in backticks. */
export function inline(text: string): string {
  return neutralLine(oneLine(text), escapePunctuation);
}

/**
 * Text that we did not write where GitHub shows no formatting at all, such as a title: one line, at most so long. It may become
 * the message of a squashed commit, which must not close an issue; nobody is notified from it.
 */
export function plain(text: string, charactersMax: number): string {
  const harmless = oneLine(text)
    .replace(/#(?=\d)/g, '# ')
    .replace(/(GH)-(?=\d)/gi, '$1 ')
    .replace(/https?:\/\//gi, '');
  return shorten(harmless, charactersMax);
}

/** A name (a branch, a login, a session id) as code: it cannot mention anybody. */
export function code(text: string): string {
  const line = oneLine(text);
  // A bar could end a cell of a table, and with it the code.
  const clean = line.includes('|') ? neutral(line).replaceAll('|', '\\|') : breakMarkers(line);
  const longest = [...clean.matchAll(/`+/g)].reduce((length, run) => Math.max(length, run[0].length), 0);
  const ticks = '`'.repeat(longest + 1);
  return longest > 0 ? `${ticks} ${clean} ${ticks}` : `${ticks}${clean}${ticks}`;
}

/** A part that the reader opens. `summary` is ours. */
export function details(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** The text, or its beginning with an ellipsis; never half a character. */
export function shorten(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

const CUT_NOTE = '\n\n_The rest was too long to show here._';
const CLOSING_CHARACTERS_MAX = 200; // for the fence and the parts that the cut left open

/**
 * At most so many characters (UTF-16 units) of Markdown of ours: cut between paragraphs where there is one near, else
 * between lines, never within a character; what the cut left open is closed, and a note says that something is missing.
 */
export function cutTo(markdown: string, charactersMax: number): string {
  if (markdown.length <= charactersMax) return markdown;
  const room = Math.max(0, charactersMax - CUT_NOTE.length - CLOSING_CHARACTERS_MAX);
  const start = markdown.slice(0, room);
  const near = room / 2; // losing more than half to find a nice place would be worse than a bad place
  const paragraph = start.lastIndexOf('\n\n');
  const line = start.lastIndexOf('\n');
  const end = paragraph > near ? paragraph : line > near ? line : room;
  const whole = start.slice(0, end).replace(/[\ud800-\udbff]$/, '');
  const lineStart = whole.lastIndexOf('\n') + 1;
  const isInFence = /^\n[^\n]/.test(closingsOf(whole.slice(0, lineStart)));
  const isWithinLine = markdown[whole.length] !== '\n' && !isInFence;
  const cut = (isWithinLine ? whole.slice(0, lineStart) + beforeOpenCode(whole.slice(lineStart)) : whole).trimEnd();
  return `${cut}${closingsOf(cut)}${CUT_NOTE}`.slice(0, charactersMax);
}

/** What ends the code block and the `<details>` that are still open at the end of the text. */
function closingsOf(markdown: string): string {
  let fence: { readonly quote: string; readonly marks: string } | null = null;
  let openDetails = 0;
  for (const line of markdown.split('\n')) {
    const [, quote = '', marks = '', rest = ''] = /^((?:> ?)*) {0,3}(`{3,}|~{3,}|)(.*)$/.exec(line) ?? [];
    if (fence && quote.length < fence.quote.length) fence = null; // the end of a quote ends its code
    if (fence) {
      if (marks.startsWith(fence.marks) && rest.trim() === '') fence = null;
    } else if (marks !== '') {
      fence = { quote, marks };
    } else if (line === '<details>') {
      openDetails += 1;
    } else if (line === '</details>') {
      openDetails -= 1;
    }
  }
  const closeFence = fence && fence.marks.length < CLOSING_CHARACTERS_MAX / 2 ? `\n${fence.quote}${fence.marks}` : '';
  return closeFence + '\n\n</details>'.repeat(Math.max(0, openDetails));
}

/** A code block that GitHub would draw (a diagram, a map, a suggestion) stays text. */
function plainFence(line: string): string {
  return line.replace(/((?:`{3,}|~{3,})[ \t]*)(?:mermaid|geojson|topojson|stl|math|suggestion)\b.*$/i, '$1');
}

function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim();
}

function escapePunctuation(text: string): string {
  return text.replace(/[\\*~|$[\]]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (mark) => `\\${mark}`);
}
