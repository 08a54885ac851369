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
      → waiting: budget-crossed, pause-requested
      → queued: launch-held, agents-rest, agent-chosen
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    queued, pull
      → preparing: slot-granted
      → waiting: budget-crossed, pause-requested
      → queued: launch-held, agents-rest, agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    preparing
      → working: run-launched
      → retrying: launch-failed (mishap), launch-failed (outage)
      → preparing: prompt-noted, message-given, agent-chosen, pause-requested
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    preparing, pull
      → working: run-launched
      → retrying: launch-failed (mishap), launch-failed (outage)
      → preparing: prompt-noted, message-given, agent-chosen, pause-requested
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    preparing, pausing
      → working: run-launched
      → waiting: launch-failed (mishap), launch-failed (outage), run-withheld
      → preparing: prompt-noted, message-given, agent-chosen
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    preparing, pausing, pull
      → working: run-launched
      → waiting: launch-failed (mishap), launch-failed (outage), run-withheld
      → preparing: prompt-noted, message-given, agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    preparing, last try
      → working: run-launched
      → failed: launch-failed (mishap)
      → retrying: launch-failed (outage)
      → preparing: prompt-noted, message-given, agent-chosen, pause-requested
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    preparing, last try, pull
      → working: run-launched
      → failed: launch-failed (mishap)
      → retrying: launch-failed (outage)
      → preparing: prompt-noted, message-given, agent-chosen, pause-requested
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    working
      → working: message-given, run-progressed, agent-chosen, pause-requested
      → publishing: run-ended (finished)
      → waiting: run-ended (asked)
      → retrying: run-ended (crashed), run-ended (rate-limited), run-ended (model-failed), run-ended (setup-failed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (stopped), run-ended (asked nothing)
      → queued: run-ended (over-budget), run-ended (context-full)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    working, pull
      → working: message-given, run-progressed, agent-chosen, pause-requested
      → publishing: run-ended (finished)
      → waiting: run-ended (asked)
      → retrying: run-ended (crashed), run-ended (rate-limited), run-ended (model-failed), run-ended (setup-failed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (stopped), run-ended (asked nothing)
      → queued: run-ended (over-budget), run-ended (context-full)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    working, pausing
      → working: message-given, run-progressed, agent-chosen
      → waiting: run-ended (finished), run-ended (asked), run-ended (crashed), run-ended (over-budget), run-ended (rate-limited), run-ended (context-full), run-ended (model-failed), run-ended (stopped), run-ended (setup-failed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (asked nothing)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    working, pausing, pull
      → working: message-given, run-progressed, agent-chosen
      → waiting: run-ended (finished), run-ended (asked), run-ended (crashed), run-ended (over-budget), run-ended (rate-limited), run-ended (context-full), run-ended (model-failed), run-ended (stopped), run-ended (setup-failed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (asked nothing)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    working, budget of its own
      → working: message-given, run-progressed, agent-chosen, pause-requested
      → publishing: run-ended (finished)
      → waiting: run-ended (asked), run-ended (over-budget)
      → retrying: run-ended (crashed), run-ended (rate-limited), run-ended (model-failed), run-ended (setup-failed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (stopped), run-ended (asked nothing)
      → queued: run-ended (context-full)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    working, budget of its own, pull
      → working: message-given, run-progressed, agent-chosen, pause-requested
      → publishing: run-ended (finished)
      → waiting: run-ended (asked), run-ended (over-budget)
      → retrying: run-ended (crashed), run-ended (rate-limited), run-ended (model-failed), run-ended (setup-failed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (stopped), run-ended (asked nothing)
      → queued: run-ended (context-full)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    working, told something
      → working: message-given, messages-heard, run-progressed, agent-chosen, pause-requested
      → queued: run-ended (finished), run-ended (over-budget), run-ended (context-full)
      → waiting: run-ended (asked)
      → retrying: run-ended (crashed), run-ended (rate-limited), run-ended (model-failed), run-ended (setup-failed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (stopped), run-ended (asked nothing)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    working, told something, pull
      → working: message-given, messages-heard, run-progressed, agent-chosen, pause-requested
      → queued: run-ended (finished), run-ended (over-budget), run-ended (context-full)
      → waiting: run-ended (asked)
      → retrying: run-ended (crashed), run-ended (rate-limited), run-ended (model-failed), run-ended (setup-failed), run-ended (not-started), run-ended (lost)
      → failed: run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (stopped), run-ended (asked nothing)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    working, last try
      → working: message-given, run-progressed, agent-chosen, pause-requested
      → publishing: run-ended (finished)
      → waiting: run-ended (asked)
      → failed: run-ended (crashed), run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (stopped), run-ended (setup-failed), run-ended (not-started), run-ended (lost), run-ended (asked nothing)
      → queued: run-ended (over-budget), run-ended (context-full)
      → retrying: run-ended (rate-limited), run-ended (model-failed)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    working, last try, pull
      → working: message-given, run-progressed, agent-chosen, pause-requested
      → publishing: run-ended (finished)
      → waiting: run-ended (asked)
      → failed: run-ended (crashed), run-ended (bad-output), run-ended (forged-marker), run-ended (output-flood), run-ended (timed-out), run-ended (silent), run-ended (too-much-memory), run-ended (too-many-processes), run-ended (disk-full), run-ended (declined), run-ended (out-of-credit), run-ended (not-authenticated), run-ended (stopped), run-ended (setup-failed), run-ended (not-started), run-ended (lost), run-ended (asked nothing)
      → queued: run-ended (over-budget), run-ended (context-full)
      → retrying: run-ended (rate-limited), run-ended (model-failed)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    waiting, question
      → queued: answered (in prose), answered (first option), answered (second option)
      → waiting: agent-chosen
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    waiting, question, pull
      → queued: answered (in prose), answered (first option), answered (second option)
      → waiting: agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    waiting, hold
      → queued: answered (in prose)
      → publishing: answered (first option)
      → stopped: answered (second option), stop-requested, work-forbidden, issue-closed, place-closed
      → waiting: agent-chosen
    waiting, hold, pull
      → queued: answered (in prose)
      → publishing: answered (first option)
      → stopped: answered (second option), stop-requested, work-forbidden, pull-closed, place-closed
      → waiting: agent-chosen
      → done: pull-merged
    waiting, budget
      → queued: answered (first option)
      → waiting: agent-chosen
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    waiting, budget, pull
      → queued: answered (first option)
      → waiting: agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    waiting, day budget
      → queued: budget-renewed, answered (first option)
      → waiting: agent-chosen, pause-requested
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    waiting, day budget, pull
      → queued: budget-renewed, answered (first option)
      → waiting: agent-chosen, pause-requested
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    waiting, paused
      → waiting: agent-chosen
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
      → queued: resume-requested
    waiting, paused, pull
      → waiting: agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → queued: resume-requested
      → done: pull-merged
    waiting, paused when finished
      → waiting: agent-chosen
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
      → publishing: resume-requested
    waiting, paused when finished, pull
      → waiting: agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → publishing: resume-requested
      → done: pull-merged
    publishing, checking
      → publishing: changes-judged (push), agent-chosen
      → waiting: changes-judged (hold)
      → failed: changes-judged (refuse), changes-judged (nothing), changes-judged (unknown)
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    publishing, checking, pull
      → publishing: changes-judged (push), agent-chosen
      → waiting: changes-judged (hold)
      → failed: changes-judged (refuse), changes-judged (unknown)
      → reviewing: changes-judged (nothing)
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    publishing, pushing
      → reviewing: published
      → failed: publish-failed
      → publishing: agent-chosen
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
    publishing, pushing, pull
      → reviewing: published
      → failed: publish-failed
      → publishing: agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    reviewing
      → queued: retry-requested
      → reviewing: agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    reviewing, unchanged
      → queued: retry-requested
      → reviewing: agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → done: pull-merged
    retrying
      → queued: retry-requested, retry-due
      → retrying: agent-chosen
      → stopped: stop-requested, work-forbidden, issue-closed, place-closed
      → waiting: pause-requested
    retrying, pull
      → queued: retry-requested, retry-due
      → retrying: agent-chosen
      → stopped: stop-requested, work-forbidden, pull-closed, place-closed
      → waiting: pause-requested
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
