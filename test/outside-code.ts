/**
 * What of a Markdown text GitHub acts on: all but code blocks and code spans, which are read as CommonMark has them (across the
 * lines of a paragraph, with escaped backticks) and replaced by a mark. Block quotes of one level.
 */
export function outsideCode(markdown: string): string {
  const kept: string[] = [];
  let paragraph: string[] = [];
  let fence: { readonly marks: string; readonly isQuoted: boolean } | null = null;
  const flush = (): void => {
    if (paragraph.length > 0) kept.push(withoutSpans(paragraph.join('\n')));
    paragraph = [];
  };
  for (const whole of markdown.split('\n')) {
    const isQuoted = /^ {0,3}>/.test(whole);
    const line = whole.replace(/^ {0,3}> ?/, '');
    if (fence && fence.isQuoted && !isQuoted) fence = null; // the end of a quote ends its code
    const marks = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
    if (fence) {
      const { marks: opened } = fence;
      if (marks?.startsWith(opened) && line.trim() === marks) fence = null;
    } else if (marks !== undefined) {
      flush();
      fence = { marks, isQuoted };
    } else if (line.trim() === '') {
      flush();
    } else {
      paragraph.push(line);
    }
  }
  flush();
  return kept.join('\n\n');
}

function withoutSpans(text: string): string {
  let rest = text;
  let out = '';
  for (;;) {
    const open = /^((?:\\[^]|[^`\\])*)(`+)/.exec(rest);
    if (!open) return out + rest;
    const [all = '', before = '', ticks = ''] = open;
    const after = rest.slice(all.length);
    const close = new RegExp(`(?<!\`)${ticks}(?!\`)`).exec(after);
    out += before + (close ? 'CODE' : ticks);
    rest = close ? after.slice(close.index + ticks.length) : after;
  }
}
