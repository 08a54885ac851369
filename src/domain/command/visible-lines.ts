type Hidden =
  | { readonly kind: 'fence'; readonly mark: string; readonly indentMax: number }
  /** `endsAtBlank`: begun in the middle of a line, it is part of a paragraph and cannot outlive it. */
  | { readonly kind: 'comment'; readonly endsAtBlank: boolean }
  /** An element of HTML that quotes or shows code. */
  | { readonly kind: 'element'; readonly name: string };

/**
 * The indices of the lines that a reader sees as their author's own prose: not quoted, not code, not in an HTML comment, nor
 * beginning within one of these.
 */
export function visibleLines(lines: readonly string[]): readonly number[] {
  const visible: number[] = [];
  let hidden: Hidden | null = null;
  for (const [index, line] of lines.entries()) {
    if (hidden) {
      if (endsHere(hidden, line)) hidden = null;
      continue;
    }
    if (isQuoted(line) || isIndentedCode(line)) continue;
    hidden = fenceAt(line) ?? commentAt(line) ?? elementAt(line);
    if (hidden?.kind !== 'fence') visible.push(index);
  }
  const inSpan = linesInSpans(lines, visible);
  return visible.filter((index) => !inSpan.has(index));
}

const isQuoted = (line: string): boolean => /^ {0,3}>/.test(line);
const isIndentedCode = (line: string): boolean => /^(?: {4}| {0,3}\t)/.test(line);

/** A fence may stand in a list item; then what it holds is indented with it. */
function fenceAt(line: string): Hidden | null {
  const match = /^((?: {0,3}(?:[-*+]|\d{1,9}[.)]) +)* {0,3})(`{3,}(?!.*`)|~{3,})/.exec(line);
  if (!match) return null;
  const [, before = '', mark = ''] = match;
  return { kind: 'fence', mark, indentMax: before.length + 3 };
}

function commentAt(line: string): Hidden | null {
  const prose = withoutCode(line);
  const opening = prose.lastIndexOf('<!--');
  if (opening === -1 || prose.includes('-->', opening)) return null;
  return { kind: 'comment', endsAtBlank: prose.slice(0, opening).trim() !== '' };
}

/** `<pre>` and the like, when the line does not close what it opens. */
function elementAt(line: string): Hidden | null {
  const prose = withoutCode(line).toLowerCase();
  const name = ['pre', 'blockquote', 'code'].find((one) => {
    const opening = Math.max(prose.lastIndexOf(`<${one}>`), prose.lastIndexOf(`<${one} `));
    return opening !== -1 && !prose.includes(`</${one}>`, opening);
  });
  return name === undefined ? null : { kind: 'element', name };
}

/** What stands in inline code opens nothing. */
const withoutCode = (line: string): string => line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');

function endsHere(hidden: Hidden, line: string): boolean {
  switch (hidden.kind) {
    case 'comment':
      return line.includes('-->') || (hidden.endsAtBlank && line.trim() === '');
    case 'element':
      return line.toLowerCase().includes(`</${hidden.name}>`) || (hidden.name === 'code' && line.trim() === '');
    case 'fence': {
      const text = line.trim();
      const indent = line.length - line.trimStart().length;
      const isMark = text.length >= hidden.mark.length && text === hidden.mark.charAt(0).repeat(text.length);
      return isMark && indent <= hidden.indentMax;
    }
  }
}

/** The lines that begin within inline code which a line above has opened. Such code does not outlive its paragraph. */
function linesInSpans(lines: readonly string[], visible: readonly number[]): ReadonlySet<number> {
  const inSpan = new Set<number>();
  let paragraph: number[] = [];
  for (const [at, index] of visible.entries()) {
    const line = lines[index] ?? '';
    if (startsBlock(line) || index !== (visible[at - 1] ?? index) + 1) {
      addSpans(lines, paragraph, inSpan);
      paragraph = [];
    }
    paragraph.push(index);
  }
  addSpans(lines, paragraph, inSpan);
  return inSpan;
}

const startsBlock = (line: string): boolean => /^\s*$|^ {0,3}(?:[-*+]\s|\d{1,9}[.)]\s|#{1,6}\s)/.test(line);

type Ticks = { readonly line: number; readonly length: number };

/** A run of backticks opens code if one of the same length follows it, and closes it there. An escaped one is none. */
function addSpans(lines: readonly string[], paragraph: readonly number[], inSpan: Set<number>): void {
  if (paragraph.length < 2) return;
  const runs: Ticks[] = paragraph.flatMap((line) =>
    [...(lines[line] ?? '').matchAll(/(\\`)?(`*)/g)].flatMap(([, , run = '']) =>
      run === '' ? [] : [{ line, length: run.length }],
    ),
  );
  const next = new Map<number, number>();
  const closes: (number | undefined)[] = Array.from({ length: runs.length });
  for (let at = runs.length - 1; at >= 0; at -= 1) {
    const { length } = runs[at] ?? { length: 0 };
    closes[at] = next.get(length);
    next.set(length, at);
  }
  for (let at = 0; at < runs.length; at += 1) {
    const end = closes[at];
    if (end === undefined) continue;
    for (let line = (runs[at]?.line ?? 0) + 1; line <= (runs[end]?.line ?? 0); line += 1) inSpan.add(line);
    at = end;
  }
}
