import { expect, test } from 'vitest';

import { exampleEvents, exampleSessions } from './examples.ts';
import { transition } from './transition.ts';

// The whole machine on one screen; docs/session-states.md is made from the same pairs.
test('every state × event', () => {
  const table = exampleSessions.flatMap(({ name, session }) => {
    const causes = new Map<string, string[]>();
    for (const { name: cause, event } of exampleEvents) {
      const result = transition(session, event);
      const to = result.outcome === 'moved' ? result.session.state : null;
      if (to) causes.set(to, [...(causes.get(to) ?? []), cause]);
    }
    return [name, ...[...causes].map(([to, by]) => `  → ${to}: ${by.join(', ')}`)];
  });
  expect(table.join('\n')).toMatchInlineSnapshot(`
    "queued
      → preparing: slot-granted
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    queued, pull
      → preparing: slot-granted
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    preparing
      → working: run-launched
      → retrying: launch-failed (mishap), launch-failed (outage)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    preparing, pull
      → working: run-launched
      → retrying: launch-failed (mishap), launch-failed (outage)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    preparing, last try
      → working: run-launched
      → failed: launch-failed (mishap)
      → retrying: launch-failed (outage)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    preparing, last try, pull
      → working: run-launched
      → failed: launch-failed (mishap)
      → retrying: launch-failed (outage)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    working
      → working: run-progressed
      → publishing: run-ended (finished)
      → waiting: run-ended (asked)
      → retrying: run-ended (crashed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (stopped), run-ended (asked nothing)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    working, pull
      → working: run-progressed
      → publishing: run-ended (finished)
      → waiting: run-ended (asked)
      → retrying: run-ended (crashed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (stopped), run-ended (asked nothing)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    working, last try
      → working: run-progressed
      → publishing: run-ended (finished)
      → waiting: run-ended (asked)
      → failed: run-ended (crashed), run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (stopped), run-ended (not-started), run-ended (lost), run-ended (asked nothing)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    working, last try, pull
      → working: run-progressed
      → publishing: run-ended (finished)
      → waiting: run-ended (asked)
      → failed: run-ended (crashed), run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (stopped), run-ended (not-started), run-ended (lost), run-ended (asked nothing)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    waiting, question
      → queued: answered (in prose), answered (first option), answered (second option)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    waiting, question, pull
      → queued: answered (in prose), answered (first option), answered (second option)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    waiting, hold
      → queued: answered (in prose)
      → publishing: answered (first option)
      → stopped: answered (second option), stop-requested, work-forbidden, issue-closed, place-closed
    waiting, hold, pull
      → queued: answered (in prose)
      → publishing: answered (first option)
      → stopped: answered (second option), stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    publishing, checking
      → publishing: changes-judged (push)
      → waiting: changes-judged (hold)
      → failed: changes-judged (refuse), changes-judged (nothing), changes-judged (unknown)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    publishing, checking, pull
      → publishing: changes-judged (push)
      → waiting: changes-judged (hold)
      → failed: changes-judged (refuse), changes-judged (unknown)
      → reviewing: changes-judged (nothing)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    publishing, pushing
      → reviewing: published
      → failed: publish-failed
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    publishing, pushing, pull
      → reviewing: published
      → failed: publish-failed
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    reviewing
      → queued: retry-requested
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    reviewing, unchanged
      → queued: retry-requested
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    retrying
      → queued: retry-requested, retry-due
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    retrying, pull
      → queued: retry-requested, retry-due
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    done
      → done: published, settled
    failed
      → failed: published, settled
    failed, pull
      → failed: published, settled
    stopped
      → stopped: published, settled
    stopped, pull
      → stopped: published, settled"
  `);
});
