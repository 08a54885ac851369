import type { Question, Session } from '../domain/session/session.ts';
import { COMMENT_CHARACTERS_MAX, code, cutTo, inline, plain, quoted, shorten } from './markdown.ts';
import { personText } from './person.ts';
import { answerText } from './timeline.ts';
import { COMMAND_PREFIX } from './verbs.ts';

const TITLE_CHARACTERS_MAX = 200; // GitHub takes 256
const QUESTION_CHARACTERS_MAX = 500; // the recap reminds; the whole is on the issue

/** The draft pull request of a session. Its body closes exactly one issue: its own. The title has no formatting. */
export function pullRequest(
  session: Session,
  issue: { readonly number: number; readonly title: string },
): { readonly title: string; readonly body: string } {
  const parts = [
    `Closes #${issue.number}`,
    '### What was done',
    session.summary?.trim() ? quoted(session.summary) : 'The agent left no summary; the commits tell what changed.',
    ...recap(session.questions),
    '### How to go on',
    [
      `- Ask for a change: comment here, then \`${COMMAND_PREFIX} retry\`; the same agent goes on in the same workspace.`,
      '- Take it: mark it ready for review and merge it. That closes the issue.',
      `- Leave it: close it, or \`${COMMAND_PREFIX} stop\`.`,
    ].join('\n'),
    `<sub>Asked for by ${personText(session.requestedBy)} · session ${code(session.id)}</sub>`,
  ];
  return {
    title: plain(issue.title, TITLE_CHARACTERS_MAX) || `Work on issue ${issue.number}`,
    body: cutTo(parts.join('\n\n'), COMMENT_CHARACTERS_MAX),
  };
}

function recap(questions: readonly Question[]): string[] {
  const lines = questions.flatMap((question) => {
    const { number, text, answer } = question;
    if (!answer) return [];
    const asked = inline(shorten(text, QUESTION_CHARACTERS_MAX));
    return [`${number}. ${asked}\n   ${personText(answer.by)}: ${answerText(question, answer)}`];
  });
  return lines.length > 0 ? ['### Questions and answers', lines.join('\n')] : [];
}
