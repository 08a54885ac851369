import { describe, expect, test } from 'vitest';

import {
  asked,
  broke,
  finished,
  granted,
  hubot,
  judged,
  launched,
  mona,
  progressed,
  story,
  toReview,
} from '../../../test/sessions.ts';
import { whyNot } from './allowed.ts';

describe('a pause', () => {
  const pausing = { kind: 'pause-requested', by: hubot } as const;
  const resumed = { kind: 'resume-requested', by: mona } as const;
  const stopped = { ...broke('lost', ''), reason: 'stopped' } as const;

  test('of work that stands in the queue waits at once, and a resume takes it back there', () => {
    expect(story(pausing)).toMatchObject({ state: 'waiting', on: { kind: 'pause', by: hubot, finishedRun: null } });
    expect(story(pausing, resumed)).toMatchObject({ state: 'queued', runs: [] });
  });

  test('of an agent at work waits until it is gone; the next run is in the same conversation', () => {
    const session = story(granted, launched(), pausing, progressed('still writing'));
    expect(session).toMatchObject({ state: 'working', pausedBy: hubot, progress: 'still writing' });
    const paused = story(granted, launched(), pausing, stopped);
    expect(paused).toMatchObject({ state: 'waiting', on: { kind: 'pause' }, mishaps: 0, spend: { agentMs: 45_000 } });
    expect(paused).not.toHaveProperty('pausedBy');
    expect(story(granted, launched(), pausing, broke('lost', 'gone'))).toMatchObject({ state: 'waiting', mishaps: 0 });
    const on = story(granted, launched(), pausing, stopped, resumed, granted);
    expect(on).toMatchObject({ state: 'preparing', conversationId: paused.conversationId, runs: [{}, { end: null }] });
  });

  test('that comes when the agent has finished holds up its publication, and no more', () => {
    const paused = story(granted, launched(), pausing, finished('Done.'));
    expect(paused).toMatchObject({ state: 'waiting', on: { kind: 'pause', finishedRun: launched().runId } });
    expect(story(granted, launched(), pausing, finished('Done.'), resumed)).toMatchObject({
      ...{ state: 'publishing', runId: launched().runId, step: { kind: 'checking', approvedHead: null } },
    });
  });

  test('publishes nothing after it that was finished before its agent heard what was said', () => {
    const said = { commentId: 1, text: 'Not the barn owls.', by: mona, at: 1 };
    const given = { kind: 'message-given', message: said } as const;
    for (const events of [
      [given, pausing],
      [pausing, given],
    ]) {
      const paused = story(granted, launched(), ...events, finished('Done.'));
      expect(paused).toMatchObject({ state: 'waiting', on: { kind: 'pause', finishedRun: null } });
    }
  });

  test('before the launch holds the run back; one that was launched all the same is stopped', () => {
    const withheld = { kind: 'run-withheld', runId: launched().runId } as const;
    expect(story(granted, pausing, withheld)).toMatchObject({
      state: 'waiting',
      runs: [{ end: { reason: 'withheld' } }],
    });
    expect(story(granted, pausing, launched())).toMatchObject({ state: 'working', pausedBy: hubot });
  });

  test('does not keep a question from being asked, or a person from stopping the work', () => {
    expect(story(granted, launched(), pausing, asked('Which?'))).toMatchObject({ on: { kind: 'question' } });
    const stop = { kind: 'stop-requested', by: mona } as const;
    expect(story(granted, launched(), pausing, stop)).toMatchObject({ state: 'stopped' });
    expect(story(pausing, stop)).toMatchObject({ state: 'stopped', why: 'person' });
  });

  test.each([
    ['pause', [], null],
    ['pause', [pausing], 'The work is paused already; `/reeve resume` goes on with it.'],
    ['pause', [granted, launched(), pausing], 'I am pausing already.'],
    [
      'pause',
      [granted, launched(), asked('Which?')],
      'I am waiting for a person already, and no agent works meanwhile.',
    ],
    ['pause', toReview, 'No agent is at work: the pull request waits for its review.'],
    ['resume', [pausing], null],
    ['resume', [granted, launched(), pausing], 'I am still pausing; ask again in half a minute.'],
    ['resume', [granted, launched()], 'The work is not paused.'],
    [
      'resume',
      [{ kind: 'stop-requested', by: mona } as const],
      'The work on this issue has ended; `/reeve retry` starts it again.',
    ],
    ['retry', [pausing], 'The work is paused; `/reeve resume` goes on with it.'],
    ['answer', [pausing], 'No question is open.'],
  ] as const)('%s after %j: %s', (verb, events, why) => {
    expect(whyNot(story(...events), verb)).toBe(why);
  });

  test('of what is being published is refused', () => {
    const publishing = story(granted, launched(), finished('Done.'), judged());
    expect(whyNot(publishing, 'pause')).toContain('being published');
  });
});
