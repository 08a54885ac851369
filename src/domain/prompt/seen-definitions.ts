import type { Hidden } from './hidden.ts';

// What may stand before the first of a block: the marks of quotes and lists.
const definition = /^([ \t>*+\-\d.)]*)\[((?:[^[\]\\]|\\[^]){1,999})\]:/gm;
const destination = /[ \t]*\n?[ \t]*(<[^<>\n]*>|[^\s<]\S*)/y;
const title = /[ \t]*\n?[ \t]*("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\((?:[^()\\]|\\[^])*\))[ \t]*(?=\n|$)/y;
const footnote = /[^\n]*(?:\n[ \t]*[^\s][^\n]*|(?:\n[ \t]*)+\n[ \t]+[^\s][^\n]*)*/y;

/** `hidesTheRest`: it ends in something that was never closed, and hides all that follows. */
export type SeenProse = {
  readonly text: string;
  readonly hidden: readonly Hidden[];
  readonly hidesTheRest: boolean;
};

/** The labels for which a prose may hold a definition. */
export function labelsIn(prose: string): ReadonlySet<string> {
  return new Set([...prose.matchAll(definition)].map(([, , label = '']) => labelOf(label)));
}

/** What is left without the definitions of links and footnotes that nothing in it uses, and without the titles of the others. */
export function withoutDefinitions(seen: SeenProse): SeenProse {
  return withoutUnused(withoutUnused(seen, true), false); // what only a footnote without a use uses is not used
}

function withoutUnused(seen: SeenProse, areFootnotes: boolean): SeenProse {
  const prose = seen.text;
  const hidden = [...seen.hidden];
  const uses = usesIn(prose);
  let text = '';
  let at = 0;
  const definitions = new RegExp(definition);
  for (let found = definitions.exec(prose); found !== null; found = definitions.exec(prose)) {
    const [head, prefix = '', written = ''] = found;
    if (written.startsWith('^') !== areFootnotes) continue;
    const parts = (areFootnotes ? footnoteAt : linkAt)(prose, found.index + head.length);
    if (parts === null) continue;
    const label = labelOf(written);
    const own = areFootnotes ? (usesIn(parts.seen).get(label) ?? 0) : 0;
    const isUsed = (uses.get(label) ?? 0) > own;
    text += prose.slice(at, found.index) + prefix + (isUsed ? head.slice(prefix.length) + parts.seen : '');
    if (!isUsed) hidden.push({ kind: 'definition', text: prose.slice(found.index + prefix.length, parts.end) });
    else if (parts.title !== null) hidden.push({ kind: 'title', text: parts.title });
    at = parts.end;
    definitions.lastIndex = parts.end;
  }
  return { ...seen, text: text + prose.slice(at), hidden };
}

/** How often each label stands in brackets, besides where it is defined. */
function usesIn(prose: string): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const count = (label: string, by: number): void => void uses.set(label, (uses.get(label) ?? 0) + by);
  for (const [, label = ''] of prose.matchAll(/(?<!\\)\[((?:[^[\]\\]|\\[^]){1,999})\]/g)) count(labelOf(label), 1);
  for (const [, , label = ''] of prose.matchAll(definition)) count(labelOf(label), -1);
  return uses;
}

type Parts = { readonly seen: string; readonly title: string | null; readonly end: number };

/** Its first paragraph, and all that follows indented. */
function footnoteAt(prose: string, from: number): Parts {
  const body = matchAt(footnote, prose, from)?.[0] ?? '';
  return { seen: body, title: null, end: from + body.length };
}

function linkAt(prose: string, from: number): Parts | null {
  const target = matchAt(destination, prose, from);
  if (target === null) return null;
  const end = from + target[0].length;
  const named = matchAt(title, prose, end);
  if (named) return { seen: target[0], title: (named[1] ?? '').slice(1, -1), end: end + named[0].length };
  return { seen: target[0], title: null, end };
}

/** Labels are the same whatever their case and spaces are. */
export function labelOf(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}

export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  const sticky = new RegExp(pattern);
  sticky.lastIndex = at;
  return sticky.exec(text);
}
