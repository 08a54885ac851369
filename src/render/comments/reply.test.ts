import { expect, it } from 'vitest';
import { granted, hubot, launched, mona, progressed, story, toReview } from '../../../test/sessions.ts';
import { replyComment } from './reply.ts';

it('not permitted', () => {
  expect(replyComment({ topic: 'not-permitted', to: hubot }, null)).toMatchInlineSnapshot(
    `"Thank you, \`hubot-9\`. Starting or steering work here needs write access to this repository, so nothing was changed. Somebody who has it can ask for the same. This is said once only; further requests are passed over quietly."`,
  );
});

it('unknown verb', () => {
  expect(replyComment({ topic: 'unknown-verb', to: mona, verb: 'rety` @boss', suggestion: 'retry' }, null))
    .toMatchInlineSnapshot(`
      "\`mona\`, \`/reeve\` has no command \`\` rety\` @boss \`\`, so nothing was changed. Was \`/reeve retry\` meant? These are the commands:

      | Command | What it does |
      | --- | --- |
      | \`/reeve status\` | says where the work stands |
      | \`/reeve answer …\` | answers the open question; a plain reply with a letter or a sentence does too |
      | \`/reeve retry\` | works on it again: after a failure, or to have an open pull request changed |
      | \`/reeve pause\` | ends the agent and keeps its work; nothing goes on until a resume |
      | \`/reeve resume\` | goes on where a pause came |
      | \`/reeve stop\` | ends the work; what is pushed already stays |
      | \`/reeve help\` | shows this table |

      The label \`reeve:ready\`, set by somebody with write access, starts it. Only people with write access can start or steer work; \`/reeve status\` and \`/reeve help\` answer people with the triage role too."
    `);
});

it('help', () => {
  expect(replyComment({ topic: 'help', to: mona }, null)).toMatchInlineSnapshot(`
    "\`mona\`, these are the commands. One comment carries one command, at the start of a line.

    | Command | What it does |
    | --- | --- |
    | \`/reeve status\` | says where the work stands |
    | \`/reeve answer …\` | answers the open question; a plain reply with a letter or a sentence does too |
    | \`/reeve retry\` | works on it again: after a failure, or to have an open pull request changed |
    | \`/reeve pause\` | ends the agent and keeps its work; nothing goes on until a resume |
    | \`/reeve resume\` | goes on where a pause came |
    | \`/reeve stop\` | ends the work; what is pushed already stays |
    | \`/reeve help\` | shows this table |

    The label \`reeve:ready\`, set by somebody with write access, starts it. Only people with write access can start or steer work; \`/reeve status\` and \`/reeve help\` answer people with the triage role too."
  `);
});

it('status', () => {
  expect(replyComment({ topic: 'status', to: mona }, story(...toReview))).toMatchInlineSnapshot(
    `"**Ready for review** since 2026-11-20 09:21 UTC. Run 2 on branch \`reeve/7-totals-are-rounded-too-early\`. The pull request is #9. Finished runs took 4 min and $0.84 · 24.7k tokens. The session is \`5-7-1\`."`,
  );
  expect(
    replyComment({ topic: 'status', to: mona }, story(granted, launched(), progressed('Half way'))),
  ).toMatchInlineSnapshot(
    `"**Working** since 2026-11-20 09:13 UTC. Run 1 on branch \`reeve/7-totals-are-rounded-too-early\`. The agent says: Half way. The session is \`5-7-1\`."`,
  );
  expect(replyComment({ topic: 'status', to: mona }, null)).toMatchInlineSnapshot(
    `"There has been no work on this issue yet. The label \`reeve:ready\`, set by somebody with write access, starts it."`,
  );
});

it('a label that cannot start what waits', () => {
  const reply = {
    topic: 'label-not-now',
    to: mona,
    why: 'The work is paused; `/reeve resume` goes on with it.',
  } as const;
  expect(replyComment(reply, story(granted, launched()))).toMatchInlineSnapshot(
    `"\`mona\`, the label \`reeve:ready\` changed nothing. The work is paused; \`/reeve resume\` goes on with it. What works now: \`/reeve pause\`, \`/reeve stop\`, \`/reeve status\`, \`/reeve help\`."`,
  );
});

it('not now', () => {
  const reply = { topic: 'not-now', to: mona, verb: 'retry', why: 'The agent is still at work' } as const;
  expect(replyComment(reply, story(granted, launched()))).toMatchInlineSnapshot(
    `"\`mona\`, \`/reeve retry\` changed nothing. The agent is still at work. What works now: \`/reeve pause\`, \`/reeve stop\`, \`/reeve status\`, \`/reeve help\`."`,
  );
  expect(replyComment(reply, null)).toMatchInlineSnapshot(
    `"\`mona\`, \`/reeve retry\` changed nothing. The agent is still at work. The label \`reeve:ready\`, set by somebody with write access, starts it."`,
  );
});

it('no such option', () => {
  expect(replyComment({ topic: 'no-such-option', to: mona, number: 2, options: 3 }, null)).toMatchInlineSnapshot(
    `"\`mona\`, question 2 has no such option, so nothing was changed and it is still open. Reply with \`a\`, \`b\` or \`c\`, or in a sentence of your own."`,
  );
  expect(replyComment({ topic: 'no-such-option', to: mona, number: 2, options: 0 }, null)).toMatch(
    /a sentence of your own\.$/,
  );
});

it('one command', () => {
  expect(replyComment({ topic: 'one-command', to: mona, verb: 'stop' }, null)).toMatchInlineSnapshot(
    `"\`mona\`, one comment carries one command. Of yours \`/reeve stop\` was read, and nothing else; write a comment for each of the others."`,
  );
});
