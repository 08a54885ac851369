import { expect, test } from 'vitest';

import { asked, broke, granted, launched, mona, START, story, toReview } from '../../test/sessions.ts';
import { OPERATOR } from '../domain/people.ts';
import { displayOf } from '../domain/session/display.ts';
import { outcomeOf } from '../domain/session/outcome.ts';
import { openQuestion, type Session } from '../domain/session/session.ts';
import { renderSession } from './status-session.ts';
import { waitsForText } from './waits-for.ts';

const MINUTE_MS = 60_000;

function report(session: Session, changes: Partial<Parameters<typeof renderSession>[0]> = {}) {
  const spend = { agentMs: 45_000, costMicroUsd: 420_000, tokens: 12_345 };
  const runs = session.runs.map((run) => ({
    ...run,
    directory: `/srv/reeve/runs/${run.id}`,
    status: { heartbeatAt: START, outputAt: START + MINUTE_MS, outputBytes: 12_345, spend, end: null },
  }));
  const history = [
    { at: START, from: null, to: 'queued', cause: 'delivery:1' },
    { at: START + MINUTE_MS, from: 'queued', to: 'preparing', cause: 'slot:v1' },
  ];
  const told = {
    at: START + 20 * MINUTE_MS,
    issue: 'o/r#7',
    detail: null,
    progress: null,
    runs,
    judgements: [],
    history,
  };
  const derived = {
    ...{ headline: displayOf(session).headline, waitsFor: waitsForText(session) },
    openQuestion: openQuestion(session)?.number ?? null,
  };
  return { ...session, ...told, ...derived, outcome: outcomeOf(session.state), ...changes };
}

test('everything of a session', () => {
  expect(renderSession(report(story(...toReview)))).toMatchInlineSnapshot(`
    "o/r#7  Totals are rounded too early
    Ready for review: waits for a merge of #9

      session       5-7-1
      asked for by  mona
      opened        2026-11-20 09:12 UTC, 20 min ago
      changed       2026-11-20 09:21 UTC, 11 min ago
      branch        reeve/7-totals-are-rounded-too-early
      pull request  #9 at a1b2c3d4e5f6
      spent         $0.84 · 24.7k tokens · 1 min 30 s of an agent

    Summary
      Rounds once, at the end.

    Question 1
      Which rounding?
        a  Half up
        b  Half even
      answered by mona:
        b

    Runs
      RUN       STARTED               HOW IT IS         TOOK   WROTE  SPENT
      5-7-1-r1  2026-11-20 09:13 UTC  asked a question  2 min  12 kB  $0.42 · 12.3k tokens
      5-7-1-r2  2026-11-20 09:17 UTC  finished          2 min  12 kB  $0.42 · 12.3k tokens
      reeve attach 5-7-1-r2
      /srv/reeve/runs/5-7-1-r2

    History
      WHEN                  BECAME     BECAUSE OF
      2026-11-20 09:12 UTC  queued     delivery:1
      2026-11-20 09:13 UTC  preparing  slot:v1
    "
  `);
});

test('a narrow terminal', () => {
  const text = renderSession(report(story(granted, launched())), { width: 50, isColored: false });
  expect(text).toMatchInlineSnapshot(`
    "o/r#7  Totals are rounded too early
    Working: waits for its agent

      session       5-7-1
      asked for by  mona
      opened        2026-11-20 09:12 UTC, 20 min ago
      changed       2026-11-20 09:14 UTC, 18 min ago
      branch        reeve/7-totals-are-rounded-too-ea…

    Runs
      RUN       HOW IT IS  TOOK    LAST SIGN
      5-7-1-r1  under way  19 min  19 min ago
      reeve attach 5-7-1-r1
      /srv/reeve/runs/5-7-1-r1

    History
      WHEN                  BECAME     BECAUSE OF
      2026-11-20 09:12 UTC  queued     delivery:1
      2026-11-20 09:13 UTC  preparing  slot:v1
    "
  `);
});

test('a new session that an operator asked for', () => {
  const text = renderSession(report(story(), { requestedBy: OPERATOR }));
  expect(text).toContain('  asked for by  an operator of this server\n');
  expect(text).not.toContain('Runs');
});

test('what others wrote cannot act on the terminal', () => {
  const hostile = '\u001b[2Jgone\u202e\r\nnext';
  const session = story(granted, launched(), broke('crashed', hostile));
  const text = renderSession(report(session, { detail: hostile, title: hostile, summary: hostile }));
  expect(text).not.toMatch(/[^\P{C}\n]/u);
  expect(text).toContain('Why\n  ␛[2Jgone�␍\n  next\n');
});

test('how to answer is said of the open question alone', () => {
  const events = [granted, launched(), asked('Which?')] as const;
  expect(renderSession(report(story(...events)))).toContain('  reeve answer 5-7-1 "…"\n');
  const stopped = renderSession(report(story(...events, { kind: 'stop-requested', by: mona })));
  expect(stopped).not.toContain('reeve answer');
  expect(stopped).toContain('  no answer is needed any more\n');
});

test('what was judged of its runs, and why', () => {
  const at = START + 3 * MINUTE_MS;
  const judgements = [{ at, runId: '5-7-1-r1', kind: 'lost', evidence: 'Its run host is\ngone.\u001b[2J' }];
  expect(renderSession(report(story(granted, launched()), { judgements }))).toContain(
    [
      'Judgements',
      '  WHEN                  RUN       JUDGED  BECAUSE',
      '  2026-11-20 09:15 UTC  5-7-1-r1  lost    Its run host is gone.',
    ].join('\n'),
  );
});

test('a run whose repository is being set up says so, until its agent starts', () => {
  const session = story(granted, launched());
  const { runs, ...rest } = report(session);
  const at = (state: 'starting' | 'running') =>
    renderSession({
      ...rest,
      runs: runs.map((run) => ({ ...run, status: { ...run.status!, state, setup: 'started' } })),
    });
  expect(at('starting')).toContain('is being set up');
  expect(at('running')).toContain('under way');
});
