import type { Hidden } from './hidden.ts';
import { seeProse } from './seen-prose.ts';
import { hiddenCharactersIn, visible } from './visible.ts';

/** What the readers of a text see of it, and what it holds besides. */
export type Seen = { readonly text: string; readonly hidden: readonly Hidden[] };

/**
 * Markdown without what GitHub's page does not show: hidden characters, HTML comments (one at the start of a block that is
 * never closed hides all that follows), definitions that nothing uses, titles of links, descriptions of images, attributes
 * of tags. Code stays as it is where it surely is code: what only may be code is treated as prose, because a reader who
 * misses something that is shown loses less than one who is told something that is not. Linear in the length of the text,
 * whatever it holds; a parser of Markdown is not (docs/decisions/0012-prompt-templates.md).
 */
export function see(markdown: string): Seen {
  const characters = hiddenCharactersIn(markdown);
  const blocks = blocksOf(visible(markdown));
  const hidden: Hidden[] = characters === null ? [] : [{ kind: 'characters', text: characters }];
  let text = '';
  for (const block of blocks) {
    if (block.info !== '') hidden.push({ kind: 'title', text: block.info });
    if (block.kind === 'code') {
      text += block.text;
      continue;
    }
    const seen = seeProse(block.text);
    text += seen.text;
    hidden.push(...seen.hidden);
    if (seen.hidesTheRest) {
      const rest = blocks.slice(blocks.indexOf(block) + 1).map((one) => one.text);
      if (rest.length > 0) hidden.push({ kind: 'comment', text: rest.join('') });
      break;
    }
  }
  return { text, hidden };
}

/** `info`: what stood behind an opening fence and is not drawn. */
type Block = { readonly kind: 'code' | 'prose'; readonly text: string; readonly info: string };

/** Fenced code, and what is between; all of it as prose when GitHub may see the fences otherwise. */
function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = text.split(/(?<=\n)/);
  let block: Block = emptyProse;
  let fence = ''; // of the code that `block` is
  let html: Html = null;
  for (const line of lines) {
    if (block.kind === 'code') {
      block = { ...block, text: block.text + line };
      if (!endsFence(line, fence)) continue;
      blocks.push(block);
      block = emptyProse;
    } else if (/^(?:`{3,}[^`]*$|~{3})/.test(line) && html === null) {
      blocks.push(block);
      block = { kind: 'code', ...opened(line) };
      fence = /^(?:`+|~+)/.exec(line)?.[0] ?? '';
    } else if (fenceInBlock.test(line)) {
      return asProse(lines);
    } else {
      block = { ...block, text: block.text + line };
      html = htmlAfter(line, html);
    }
  }
  return [...blocks, block];
}

const emptyProse: Block = { kind: 'prose', text: '', info: '' };

/** A fence in a list, a quote or HTML: it ends by rules that need a parser. */
const fenceInBlock = /^[ \t>*+\-\d.)]*(?:```|~~~)/;

function asProse(lines: readonly string[]): readonly Block[] {
  const seen = lines.map((line) => (fenceInBlock.test(line) ? opened(line) : { text: line, info: '' }));
  const text = seen.map((line) => line.text).join('');
  return [
    {
      kind: 'prose',
      text,
      info: seen
        .map(({ info }) => info)
        .filter((info) => info !== '')
        .join('\n'),
    },
  ];
}

const LANGUAGE = /^[\w+#.-]{1,30}$/; // shown by its colours only, but a language says no more than its name

/** A line that opens a fence, with nothing behind its marks but the name of a language. */
function opened(line: string): { readonly text: string; readonly info: string } {
  const [, marks = '', info = '', end = ''] = /^([ \t>*+\-\d.)]*(?:`{3,}|~{3,}))([^\n]*?)[ \t]*(\n?)$/.exec(line) ?? [];
  if (marks === '' || info.trim() === '' || LANGUAGE.test(info.trim())) return { text: line, info: '' };
  const [language = ''] = info.trim().split(/\s+/, 1);
  return { text: marks + (LANGUAGE.test(language) ? language : '') + end, info: info.trim() };
}

function endsFence(line: string, fence: string): boolean {
  const marks = /^ {0,3}([`~]+)[ \t]*$/.exec(line.trimEnd())?.[1];
  return marks?.startsWith(fence) === true && new Set(marks).size === 1;
}

/** What ends the HTML that a line may be in: a blank line, a text, or null when it is in none. */
type Html = 'blank line' | { readonly end: string } | null;

function htmlAfter(line: string, before: Html): Html {
  if (before !== null && before !== 'blank line') return line.includes(before.end) ? 'blank line' : before;
  const opening = /<(?:!--|!\[CDATA\[|[!?]|(?:pre|script|style|textarea)\b)/i.exec(line);
  const end = opening ? endOfRaw(opening[0]) : '';
  if (opening && !line.includes(end, opening.index + 2)) return { end };
  if (line.trim() === '') return null;
  return before !== null || opening || /^[ \t>*+\-\d.)]*<[a-z/]/i.test(line) ? 'blank line' : null;
}

/** What ends HTML of which GitHub reads no Markdown, blank lines or not, by its beginning. */
export function endOfRaw(opening: string): string {
  if (opening.startsWith('<!--')) return '-->';
  if (opening.startsWith('<![')) return ']]>';
  if (opening.startsWith('<?')) return '?>';
  return opening.startsWith('<!') ? '>' : '</';
}
