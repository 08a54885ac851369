import type { Thread, ThreadComment } from './thread.ts';

/** A thread as a person reads it on GitHub's page: its head, what it says, and each comment under its author. */
export function threadText(thread: Thread): string {
  const { title, number, author, body, comments } = thread;
  const parts = [
    `#${number} ${title}`,
    `${stateOf(thread)}, opened by ${author}${labelsOf(thread)}`,
    ...paragraph(body),
    ...(thread.pull?.reviews ?? []).flatMap((review) => [
      `--- ${review.author}: ${review.state}`,
      ...paragraph(review.body),
    ]),
    ...comments.flatMap((comment) => [headOf(comment), ...paragraph(comment.body)]),
  ];
  return `${parts.join('\n')}\n`;
}

function stateOf({ state, isDraft, pull }: Thread): string {
  const branches = pull === null ? 'issue' : `pull request of ${pull.headRef} into ${pull.baseRef}`;
  return `${isDraft && state === 'open' ? 'draft' : state} ${branches}`;
}

function labelsOf({ labels }: Thread): string {
  return labels.length === 0 ? '' : `; labels: ${labels.join(', ')}`;
}

function headOf({ author, createdAt, isMinimized, reactions }: ThreadComment): string {
  const marks = [...(isMinimized ? ['hidden'] : []), ...reactions];
  return `--- ${author}, ${createdAt}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`;
}

/** Without what only programs read; nothing for nothing. */
function paragraph(body: string): readonly string[] {
  const text = body
    .replaceAll(/<!--[\s\S]*?-->\n?/g, '')
    .replaceAll(/<\/?(?:details|summary|sub)>/g, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return text === '' ? [''] : ['', text, ''];
}
