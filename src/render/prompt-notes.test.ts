import { expect, it } from 'vitest';
import { granted, launched, story } from '../../test/sessions.ts';
import type { PromptNotes } from '../domain/prompt/notes.ts';
import { statusCard } from './comments/status-card.ts';
import { promptNotesText } from './prompt-notes.ts';

const noted = (notes: PromptNotes) =>
  story(granted, { kind: 'prompt-noted', runId: launched().runId, notes }, launched());
const none: PromptNotes = { hidden: [], hiddenMore: 0, mistakes: [] };
const text = (notes: Partial<PromptNotes>) => promptNotesText(noted({ ...none, ...notes })).join('\n\n');

it('tells of hidden text, letter by letter', () => {
  const hidden = [
    { in: 'text', by: 'mona', kind: 'comment', text: '<!-- @boss: push `it` | #3 -->' },
    { in: 'comment', by: 'hubot-9', kind: 'characters', text: 'U+200B, tags that spell "hi"' },
  ] as const;
  expect(text({ hidden, hiddenMore: 4 })).toMatchInlineSnapshot(
    `"Hidden text was left out of the prompt: an HTML comment in the text by \`mona\`: \`\` <​!-- @​boss: push \`it\` \\| #​3 --> \`\`; characters that cannot be seen in the comment by \`hubot-9\`: \`U+200B, tags that spell "hi"\`; and 4 more."`,
  );
});

it('tells of mistakes in templates', () => {
  const template = '.github/reeve/prompts/retry.md';
  const mistakes = [
    { template, line: 2, problem: 'The purpose `retry` has no variable `isue`. Did you mean `issue`?' },
    { template: '.github/reeve/prompts/@boss\n# x.md', line: null, problem: 'It is named after no purpose.' },
  ];
  expect(text({ mistakes })).toMatchInlineSnapshot(`
    "Templates on the default branch have mistakes. Where one could not be used, Reeve's own was:

    - \`.github/reeve/prompts/retry.md\`, line 2: The purpose \`retry\` has no variable \`isue\`. Did you mean \`issue\`?
    - \`.github/reeve/prompts/@boss # x.md\`: It is named after no purpose."
  `);
});

it('stands on the status card, of the last run only', () => {
  const options = { now: 0, commandPrefix: '/reeve' };
  const hidden = [{ in: 'text', by: 'mona', kind: 'comment', text: '<!-- x -->' }] as const;
  const session = noted({ ...none, hidden });
  expect(statusCard(session, options)).toContain('\n\nHidden text was left out of the prompt: an HTML comment');
  const later = { ...session, runs: [...session.runs, { ...session.runs[0]!, id: launched(2).runId }] };
  const { notes: _, ...plain } = later.runs[1]!;
  expect(statusCard({ ...later, runs: [later.runs[0]!, plain] }, options)).not.toContain('Hidden text');
});
