import { expect, it } from 'vitest';
import { asked, broke, granted, HEAD, launched, mona, START, story, toReview } from '../../test/sessions.ts';
import type { CheckContent } from '../github/github.ts';
import { checkRun } from './check-run.ts';

const now = START + 60 * 60_000;

it('ready for review: tells phases, time, spend and result, and offers buttons', () => {
  expect(checkRun(story(...toReview), HEAD, now)).toMatchInlineSnapshot(`
    {
      "actions": [
        {
          "description": "Start another run on this issue",
          "identifier": "retry",
          "label": "Retry",
        },
        {
          "description": "End the work; what is pushed stays",
          "identifier": "stop",
          "label": "Stop",
        },
      ],
      "completedAt": 1795166460000,
      "conclusion": "success",
      "externalId": "5-7-1",
      "name": "Reeve",
      "startedAt": 1795165980000,
      "status": "completed",
      "summary": "Ready for review. The status card is on issue #7.

    | Started | Phase | Took | Outcome |
    | --- | --- | --- | --- |
    | 2026-11-20 09:12 UTC | Queued | 1 min | asked for by \`mona\` |
    | 2026-11-20 09:13 UTC | Run 1 | 2 min | asked a question |
    | 2026-11-20 09:15 UTC | Question 1: Which rounding? | 1 min | answered by \`mona\`: **b**, Half even |
    | 2026-11-20 09:17 UTC | Run 2 | 2 min | finished |
    | 2026-11-20 09:19 UTC | Published | 2 min | commit \`a1b2c3d4e5f6\` in #9 |

    Time in runs: 4 min · spend: $0.84 · 24.7k tokens · branch: \`reeve/7-totals-are-rounded-too-early\` · session: \`5-7-1\`",
      "title": "Ready for review",
    }
  `);
});

it('working again: in progress, without buttons', () => {
  const check = checkRun(story(...toReview, { kind: 'retry-requested', by: mona }, granted, launched(3)), HEAD, now);
  expect(check).toMatchObject({ status: 'in_progress', title: 'Working', actions: [] });
  expect(check.summary).toMatch(/\| Run 3 \| \d+ min so far \| under way \|/);
});

it('waiting for an answer: completed, so that the button shows', () => {
  const again = [{ kind: 'retry-requested', by: mona } as const, granted, launched(3), asked('Sure?', [], 3)];
  const check = checkRun(story(...toReview, ...again), HEAD, now);
  expect(check).toMatchObject({ status: 'completed', conclusion: 'action_required' });
  expect(check.actions.map(({ identifier }) => identifier)).toEqual(['stop']);
});

it('failed: says why and offers another try', () => {
  const again = [
    ...[{ kind: 'retry-requested', by: mona } as const, granted, launched(3), broke('crashed', 'exit 2', 3)],
    ...[{ kind: 'retry-due' } as const, granted, launched(4), broke('crashed', 'exit 3', 4)],
  ];
  const check = checkRun(story(...toReview, ...again), HEAD, now);
  expect(check).toMatchObject({ status: 'completed', conclusion: 'failure', title: 'Failed' });
  expect(check.actions.map(({ identifier }) => identifier)).toEqual(['retry']);
  expect(check.summary).toContain('The agent ended with an error before its work was done.');
});

it('merged: no buttons', () => {
  const check = checkRun(story(...toReview, { kind: 'pull-merged', by: mona }), HEAD, now);
  expect(check).toMatchObject({ status: 'completed', conclusion: 'success', title: 'Merged', actions: [] });
});

it('an older commit is out of date', () => {
  const check: CheckContent = checkRun(story(...toReview), 'f'.repeat(40), now); // the port takes it as it is
  expect(check).toMatchObject({ status: 'completed', conclusion: 'neutral', title: 'Superseded by a newer commit' });
});

it('keeps to GitHub’s limits for buttons', () => {
  for (const { label, description, identifier } of checkRun(story(...toReview), HEAD, now).actions) {
    expect([label.length <= 20, description.length <= 40, identifier.length <= 20]).toEqual([true, true, true]);
  }
});
