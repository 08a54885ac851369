import { describe, expect, it } from 'vitest';
import {
  answered,
  asked,
  broke,
  finished,
  granted,
  held,
  hubot,
  judged,
  launched,
  mona,
  progressed,
  published,
  START,
  story,
  toReview,
} from '../../../test/sessions.ts';
import { runIdOf, sessionIdOf } from '../../domain/ids.ts';
import type { Session } from '../../domain/session/session.ts';
import { statusCard } from './status-card.ts';

const card = (session: Session): string =>
  statusCard(session, {
    now: START + 20 * 60_000,
    pullUrl: session.pull ? 'https://github.com/o/r/pull/9' : null,
    commandPrefix: '/reeve',
  });

it('queued', () => {
  expect(card(story())).toMatchInlineSnapshot(`
    "### Reeve · Waiting for a free slot

    Work on this issue starts as soon as a slot is free. Nothing is needed from you.

    | Run | Queued | Branch |
    | --- | --- | --- |
    | 1 | 2026-11-20 09:12 UTC | \`reeve/7-totals-are-rounded-too-early\` |

    <details>
    <summary>History: 0 runs, 0 questions</summary>

    - 2026-11-20 09:12 UTC · Queued · asked for by \`mona\`

    </details>

    <sub>\`/reeve pause\` · \`/reeve stop\` · \`/reeve status\` · \`/reeve help\` · session \`5-7-1\`</sub>"
  `);
});

it('queued, while its agents rest', () => {
  const text = card(story({ kind: 'agents-rest', until: START + 3_600_000 }));
  expect(text).toContain(
    '### Reeve · Waiting for its agent\n\nNo agent that could do this work is asked before 2026-11-20 10:12 UTC: the model takes no requests for now, or has failed. It goes on by itself then, as soon as a slot is free; the label `reeve:agent/NAME` gives it to another agent. Nothing is needed from you.',
  );
});

it('queued, while the machine is short of something', () => {
  const text = card(story({ kind: 'launch-held', detail: 'This machine is short of memory (ENOMEM).' }));
  expect(text).toContain(
    '### Reeve · Waiting for the machine\n\nThis machine is short of memory (ENOMEM). Work on this issue goes on as soon as that is over. Nothing is needed from you.',
  );
});

it('working, with what the agent says', () => {
  expect(card(story(granted, launched(), progressed('Reading @mona’s parser tests, see #3')))).toMatchInlineSnapshot(`
    "### Reeve · Working

    The agent is at work. The result will be a draft pull request, or a question to you.

    > Reading @​mona’s parser tests, see #​3

    | Run | Started | Time so far | Branch |
    | --- | --- | --- | --- |
    | 1 | 2026-11-20 09:13 UTC | 19 min | \`reeve/7-totals-are-rounded-too-early\` |

    <details>
    <summary>History: 1 run, 0 questions</summary>

    - 2026-11-20 09:12 UTC · Queued · asked for by \`mona\` · 1 min
    - 2026-11-20 09:13 UTC · Run 1 · under way

    </details>

    <sub>\`/reeve pause\` · \`/reeve stop\` · \`/reeve status\` · \`/reeve help\` · session \`5-7-1\`</sub>"
  `);
});

it('waiting for an answer', () => {
  expect(card(story(granted, launched(), asked('Which rounding?', ['Half up', 'Half even'])))).toMatchInlineSnapshot(`
    "### Reeve · Waiting for an answer

    The agent needs an answer to go on: see question 1 in its own comment.

    | Run | Started | Time | Spend | Branch |
    | --- | --- | --- | --- | --- |
    | 1 | 2026-11-20 09:13 UTC | 2 min | $0.42 · 12.3k tokens | \`reeve/7-totals-are-rounded-too-early\` |

    <details>
    <summary>History: 1 run, 1 question</summary>

    - 2026-11-20 09:12 UTC · Queued · asked for by \`mona\` · 1 min
    - 2026-11-20 09:13 UTC · Run 1 · asked a question · 2 min
    - 2026-11-20 09:15 UTC · Question 1: Which rounding? · open

    </details>

    <sub>\`/reeve answer …\` · \`/reeve stop\` · \`/reeve status\` · \`/reeve help\` · session \`5-7-1\`</sub>"
  `);
});

it('waiting for a person to look', () => {
  const session = story(granted, launched(), finished('Done.'), held(['`data.bin` is 9 MB']));
  expect(card(session)).toContain('has to look at it before it is pushed: see question 1 in its own comment.');
});

it('ready for review', () => {
  expect(card(story(...toReview))).toMatchInlineSnapshot(`
    "### Reeve · Ready for review

    The work is in [#9](https://github.com/o/r/pull/9). Review it, merge it or close it; comment and use \`/reeve retry\` to have something changed.

    | Run | Started | Time | Spend | Branch | Pull request |
    | --- | --- | --- | --- | --- | --- |
    | 2 | 2026-11-20 09:17 UTC | 4 min | $0.84 · 24.7k tokens | \`reeve/7-totals-are-rounded-too-early\` | [#9](https://github.com/o/r/pull/9) |

    <details>
    <summary>History: 2 runs, 1 question</summary>

    - 2026-11-20 09:12 UTC · Queued · asked for by \`mona\` · 1 min
    - 2026-11-20 09:13 UTC · Run 1 · asked a question · 2 min
    - 2026-11-20 09:15 UTC · Question 1: Which rounding? · answered by \`mona\`: **b**, Half even · 1 min
    - 2026-11-20 09:17 UTC · Run 2 · finished · 2 min

    </details>

    <sub>\`/reeve retry\` · \`/reeve stop\` · \`/reeve status\` · \`/reeve help\` · session \`5-7-1\`</sub>"
  `);
});

it('merged', () => {
  expect(card(story(...toReview, { kind: 'pull-merged', by: hubot }))).toMatchInlineSnapshot(`
    "### Reeve · Merged

    [#9](https://github.com/o/r/pull/9) was merged by \`hubot-9\`. Nothing is left to do here.

    | Run | Started | Time | Spend | Branch | Pull request |
    | --- | --- | --- | --- | --- | --- |
    | 2 | 2026-11-20 09:17 UTC | 4 min | $0.84 · 24.7k tokens | \`reeve/7-totals-are-rounded-too-early\` | [#9](https://github.com/o/r/pull/9) |

    <details>
    <summary>History: 2 runs, 1 question</summary>

    - 2026-11-20 09:12 UTC · Queued · asked for by \`mona\` · 1 min
    - 2026-11-20 09:13 UTC · Run 1 · asked a question · 2 min
    - 2026-11-20 09:15 UTC · Question 1: Which rounding? · answered by \`mona\`: **b**, Half even · 1 min
    - 2026-11-20 09:17 UTC · Run 2 · finished · 2 min
    - 2026-11-20 09:22 UTC · Merged

    </details>

    <sub>\`/reeve help\` · session \`5-7-1\`</sub>"
  `);
});

it('failed, with the detail shown letter by letter', () => {
  const again = [{ kind: 'retry-due' } as const, granted, launched(2)];
  const last = broke('crashed', 'exit code 3: `@mona` <!-- x -->\n```\nboom', 2);
  const session = story(granted, launched(), broke('crashed', 'exit code 2'), ...again, last);
  expect(card(session)).toMatchInlineSnapshot(`
    "### Reeve · Failed

    The agent ended with an error before its work was done. Look at the detail below, then try again. \`/reeve retry\` starts afresh on a new branch.

    | Run | Started | Time | Spend | Branch |
    | --- | --- | --- | --- | --- |
    | 2 | 2026-11-20 09:17 UTC | 4 min | $0.84 · 24.7k tokens | \`reeve/7-totals-are-rounded-too-early\` |

    \`\`\`\`text
    exit code 3: \`@mona\` <! -- x -->
    \`\`\`
    boom
    \`\`\`\`

    <details>
    <summary>History: 2 runs, 0 questions</summary>

    - 2026-11-20 09:12 UTC · Queued · asked for by \`mona\` · 1 min
    - 2026-11-20 09:13 UTC · Run 1 · ended with an error · 2 min
    - 2026-11-20 09:17 UTC · Run 2 · ended with an error · 2 min
    - 2026-11-20 09:19 UTC · Failed

    </details>

    <sub>\`/reeve retry\` · \`/reeve help\` · session \`5-7-1\`</sub>"
  `);
});

it.each([
  ['lost', 'The run was lost with its process or machine, not by a fault of the agent. It goes on where it was at'],
  ['crashed', 'The agent ended with an error. It goes on where it was, this one time by itself, at'],
] as const)('going on by itself after a run that %s', (reason, text) => {
  const shown = card(story(granted, launched(), broke(reason, 'What happened.')));
  expect(shown).toContain(`${text} 2026-11-20 09:15 UTC`);
});

it('waiting for the model of its agent', () => {
  const limited = { ...broke('lost', ''), reason: 'rate-limited', restsUntil: START + 3_600_000 } as const;
  expect(card(story(granted, launched(), limited))).toContain(
    'takes no more requests for now. Its work goes on at 2026-11-20 10:12 UTC by itself; the label `reeve:agent/NAME` gives it to another agent at once.',
  );
});

it('trying again after a mishap', () => {
  const failed = { kind: 'launch-failed', runId: runIdOf(sessionIdOf(5, 7, 1), 1), outageUntil: null } as const;
  expect(card(story(granted, { ...failed, detail: 'The disk is full.' }))).toContain(
    'The machine or GitHub had a mishap, not the agent. Another try follows at 2026-11-20 09:14 UTC by itself.',
  );
});

describe('an ending that is no alarm', () => {
  const nothing = (attempt: number) =>
    ({
      kind: 'changes-judged',
      runId: runIdOf(sessionIdOf(5, 7, 1), attempt),
      verdict: { kind: 'nothing' },
    }) as const;

  it('nothing to change: what the agent says of it, as prose', () => {
    const text = card(story(granted, launched(), finished('It is **done** already.'), nothing(1)));
    expect(text).toContain('### Reeve · Nothing to change\n\nThe agent ended without changing anything.');
    expect(text).toContain('\n> It is **done** already.\n');
  });

  it('a round that changed nothing on an open pull request says so, and only that round', () => {
    const retry = { kind: 'retry-requested', by: mona } as const;
    const round = [retry, granted, launched(3), finished('Fine as it is.', 3)] as const;
    expect(card(story(...toReview, ...round, nothing(3)))).toContain(
      'Nothing was changed in this round. The work is in',
    );
    expect(card(story(...toReview, ...round, judged(3), published()))).not.toContain('Nothing was changed');
  });
});

describe('stopped', () => {
  it('with a pull request that stays open: a retry is another one', () => {
    expect(card(story(...toReview, { kind: 'stop-requested', by: mona }))).toContain(
      'starts afresh on a new branch. [#9](https://github.com/o/r/pull/9) stays open as it is; close it if the new work',
    );
  });

  it('by a person', () => {
    expect(card(story(granted, { kind: 'stop-requested', by: mona }))).toContain(
      'The work was stopped by `mona`. `/reeve retry` starts afresh on a new branch.',
    );
  });

  it('by the label that forbids work', () => {
    expect(card(story(granted, { kind: 'work-forbidden', by: mona }))).toContain(
      'The work was stopped, because the label `reeve:never` was set by `mona`. Once the label is removed, `/reeve retry` starts afresh on a new branch.',
    );
  });

  it('by closing the pull request', () => {
    expect(card(story(...toReview, { kind: 'pull-closed', by: mona }))).toContain(
      '[#9](https://github.com/o/r/pull/9) was closed by `mona` without being merged, so the work has ended.',
    );
  });

  it('by closing the issue, where nothing can be retried', () => {
    const text = card(story(granted, { kind: 'issue-closed', by: null }));
    expect(text).toContain('This issue was closed, so the work has ended. Nothing was published.');
    expect(text).not.toContain('/reeve retry');
  });
});

it('stays within GitHub’s limit whatever happened', () => {
  const many = Array.from({ length: 60 }, (_, at) => [
    granted,
    launched(at + 1),
    asked('?'.repeat(2000), [], at + 1),
    answered('x'.repeat(2000), null, at + 1),
  ]).flat();
  const text = card(story(...many, granted, launched(61), broke('timed-out', 'y'.repeat(100_000), 61)));
  expect(text.length).toBeLessThan(20_000);
  expect(text).toContain('82 earlier steps are not shown');
});

it('pausing, and paused', () => {
  const pausing = { kind: 'pause-requested', by: hubot } as const;
  expect(card(story(granted, launched(), pausing))).toContain(
    '### Reeve · Pausing\n\nThe work is being paused, as `hubot-9` asked: its agent is ended, and what it did is kept.',
  );
  const paused = card(story(pausing));
  expect(paused).toContain(
    '### Reeve · Paused\n\nThe work was paused by `hubot-9`. Nothing is lost, and nothing happens until `/reeve resume` goes on where it stopped.',
  );
  expect(paused).toContain('<sub>`/reeve resume` · `/reeve stop` · `/reeve status` · `/reeve help` ·');
});

it('a budget that is used up: what was spent, of what, and the one answer that adds more', () => {
  const crossing = { scope: 'session', measure: 'tokens', used: 980_000, limit: 1_000_000, step: 1_000_000 } as const;
  const text = card(story({ kind: 'budget-crossed', crossing: { ...crossing, reckonedMicroUsd: 0 } }));
  expect(text).toContain(
    '### Reeve · Waiting for more budget\n\nThe budget for this work is used up: 980,000 tokens of 1,000,000 tokens spent or reserved. What is left is too little for another run. What was done so far is kept. Somebody with write access can reply `1` (or use `/reeve answer 1`): Add the same again: 1,000,000 tokens more.',
  );
  const raised = { ...crossing, limit: 4_000_000, reckonedMicroUsd: 0, isForOperators: true } as const;
  expect(card(story({ kind: 'budget-crossed', crossing: raised }))).toContain(
    'It is as high as people on GitHub may raise it. What was done so far is kept. An operator of this server can answer it: Add the same again: 1,000,000 tokens more.',
  );
});
