import { visible } from './visible.ts';

/**
 * Markdown without what GitHub's page does not show: hidden characters, HTML comments (an unclosed one hides all that
 * follows), comments dressed up as link definitions, titles of links, descriptions of images, attributes of tags. Code
 * stays as it is. Linear in the length of the text, whatever it holds.
 */
export function seen(markdown: string): string {
  const text = visible(markdown);
  const pieces: string[] = [];
  let prose = '';
  const flush = (): void => {
    pieces.push(seenProse(prose));
    prose = '';
  };
  let fence: string | null = null;
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const next = newline === -1 ? text.length : newline + 1;
    const line = text.slice(at, next);
    const marks = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      pieces.push(line);
      if (marks?.startsWith(fence) && line.trim() === marks) fence = null;
    } else if (/^ {0,3}<!--/.test(line)) {
      flush();
      const end = text.indexOf('-->', text.indexOf('<!--', at) + 2);
      if (end === -1) break;
      at = end + 3;
      continue;
    } else if (marks === undefined) {
      prose += line;
    } else {
      flush();
      pieces.push(line);
      fence = marks;
    }
    at = next;
  }
  flush();
  return pieces.join('');
}

/** What is outside code blocks. No pattern here may look past the next of its own openings, or it would not be linear. */
function seenProse(prose: string): string {
  return withoutComments(prose)
    .replace(/^ {0,3}\[[^\]\n]*\]:[ \t]*(?:#|<>).*$/gm, '') // [//]: # (a comment in disguise)
    .replace(/^( {0,3}\[[^\]\n]*\]:[ \t]*\S+)[ \t].*$/gm, '$1')
    .replace(/!\[[^[\]\n]*\]\([ \t]*([^\s()]*)(?:[ \t][^()\n]*)?\)/g, '(image: $1)')
    .replace(/(\]\([^\s()]+)[ \t]+(?:"[^"\n]*"|'[^'\n]*')[ \t]*\)/g, '$1)')
    .replace(/<([a-z][a-z0-9-]*)[ \t\n][^<>]*>/gi, '<$1>');
}

/** Without closed comments, except within spans of backticks. */
function withoutComments(prose: string): string {
  let result = '';
  let at = 0;
  for (const { 0: mark, index } of prose.matchAll(/`+|<!--/g)) {
    if (index < at) continue; // within what was passed over
    const close = mark === '<!--' ? prose.indexOf('-->', index + 2) : closingTicks(prose, index, mark);
    if (close === -1) {
      if (mark === '<!--') break; // nor is any later one closed; GitHub shows them as they are
      continue;
    }
    const end = close + (mark === '<!--' ? 3 : mark.length);
    result += prose.slice(at, mark === '<!--' ? index : end);
    at = end;
  }
  return result + prose.slice(at);
}

/** Where the same number of backticks ends a span within the paragraph, or -1. */
function closingTicks(prose: string, open: number, ticks: string): number {
  const paragraphEnd = prose.indexOf('\n\n', open);
  const runs = /`+/g;
  runs.lastIndex = open + ticks.length;
  for (let run = runs.exec(prose); run !== null; run = runs.exec(prose)) {
    if (paragraphEnd !== -1 && run.index > paragraphEnd) return -1;
    if (run[0].length === ticks.length) return run.index;
  }
  return -1;
}
