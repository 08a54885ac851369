import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AgentEvent, ConversationEnd } from '../../src/domain/run/conversation.ts';
import type { PermissionRequest } from '../../src/domain/run/permission.ts';
import { done, inTurn, isFailure, isToolUse, run, textsOf, type Case } from './case.ts';
import { lyingCases } from './lying-cases.ts';
import type { ModelFailure } from './scripted-model.ts';
import { withheldCases } from './withheld-cases.ts';

// Ends by itself after half a minute, whatever becomes of the test.
const waitFor = (name: string): string => `timeout 30 sh -c 'until [ -e ${name} ]; do sleep 0.1; done'; echo waited`;
const FRUIT = 'PINEAPPLE';

const begins: Case = {
  title: 'says its conversation first, then its words, and that it is done',
  capability: 'stream',
  async play(stage) {
    stage.model.follow(() => ({ kind: 'say', text: 'Good morning.' }));
    const played = stage.play();
    assert.deepEqual(await played.finish(), { kind: 'success' });
    assert.equal(played.events[0]?.kind, 'conversation');
    assert.match(textsOf(played.events), /Good morning\./);
  },
};

const starts: Case = {
  title: 'starts, asks the model by the way that it was given, and ends',
  capability: 'start',
  async play(stage) {
    stage.model.follow(inTurn(done));
    assert.deepEqual(await stage.play({ prompt: `Say ${FRUIT}.` }).finish(), { kind: 'success' });
    assert.equal(stage.model.asked(), 1);
    assert.match(stage.model.heard(), new RegExp(FRUIT));
  },
};

const edits: Case = {
  title: 'changes a file of the repository, and git shows it',
  capability: 'stream',
  async play(stage) {
    stage.model.follow(inTurn(run('echo hello > new.txt'), done));
    const played = stage.play();
    assert.deepEqual(await played.finish(), { kind: 'success' });
    const status = execFileSync('git', ['-C', stage.repoPath, 'status', '--porcelain'], { encoding: 'utf8' });
    assert.equal(status, '?? new.txt\n');
    assert.ok(
      played.events.some((event) => event.kind === 'tool-use' && event.title.includes('new.txt')),
      'no use of a tool was told',
    );
    assert.ok(
      played.events.some((event) => event.kind === 'tool-result' && !event.isError),
      'no result of a tool was told',
    );
  },
};

const hears: Case = {
  title: 'takes up a message while it works, and none when it is over',
  capability: 'message',
  async play(stage) {
    stage.model.follow(inTurn(run(waitFor('go')), done));
    const played = stage.play();
    await played.when(isToolUse);
    const taken = played.conversation.tell(`Also: ${FRUIT}.`);
    writeFileSync(join(stage.repoPath, 'go'), '');
    assert.equal(await taken, true);
    assert.deepEqual(await played.finish(), { kind: 'success' });
    assert.match(stage.model.heard(), new RegExp(FRUIT));
    assert.equal(await played.conversation.tell('Too late.'), false);
  },
};

const stopsThinking: Case = {
  title: 'ends at once when it is interrupted while its model thinks',
  capability: 'interrupt',
  async play(stage) {
    stage.model.follow(() => ({ kind: 'think' }));
    const played = stage.play();
    await stage.model.whenAsked(1);
    await played.conversation.interrupt();
    assert.deepEqual(await played.finish(), { kind: 'interrupted' });
  },
};

const stopsTool: Case = {
  title: 'ends at once when it is interrupted while a tool runs',
  capability: 'interrupt',
  async play(stage) {
    stage.model.follow(inTurn(run(waitFor('never')), done));
    const played = stage.play();
    await played.when(isToolUse);
    await played.conversation.interrupt();
    assert.deepEqual(await played.finish(), { kind: 'interrupted' });
    assert.equal(stage.model.asked(), 1);
  },
};

const asks: Case = {
  title: 'asks before it uses a tool, and obeys either answer',
  capability: 'permission',
  async play(stage) {
    stage.model.follow(inTurn(run('touch allowed'), run('touch denied'), done));
    const requests: PermissionRequest[] = [];
    const played = stage.play({
      mustAsk: true,
      async decide(request) {
        requests.push(request);
        return request.subject === 'touch allowed' ? { verdict: 'allow' } : { verdict: 'deny', why: 'Not this.' };
      },
    });
    assert.deepEqual(await played.finish(), { kind: 'success' });
    assert.deepEqual(
      requests.map(({ tool, subject }) => ({ tool, subject })),
      ['touch allowed', 'touch denied'].map((subject) => ({ tool: 'shell', subject })),
    );
    assert.deepEqual(
      ['allowed', 'denied'].map((name) => existsSync(join(stage.repoPath, name))),
      [true, false],
    );
  },
};

const stopsAsking: Case = {
  title: 'ends at once when it is interrupted while it waits for leave, and has not done it',
  capability: 'permission',
  async play(stage) {
    stage.model.follow(inTurn(run('touch never'), done));
    const played = stage.play({ mustAsk: true, decide: () => new Promise(() => {}) });
    await played.when((event) => event.kind === 'permission-request');
    await played.conversation.interrupt();
    assert.deepEqual(await played.finish(), { kind: 'interrupted' });
    assert.equal(existsSync(join(stage.repoPath, 'never')), false);
  },
};

const ASKED_MAX = 60; // beyond what people are asked in one go

const asksForEver: Case = {
  title: 'may ask for what is denied for ever, does none of it, and can be ended',
  capability: 'permission',
  async play(stage) {
    stage.model.follow((turn) => run(`touch wish-${turn}`));
    let asked = 0;
    const played = stage.play({
      mustAsk: true,
      async decide() {
        asked += 1;
        if (asked === ASKED_MAX) void played.conversation.interrupt();
        return { verdict: 'deny', why: 'No.' };
      },
    });
    const end = await played.finish();
    assert.ok(end.kind === 'interrupted' || isFailure(end), `it ended with ${end.kind}`);
    assert.ok(asked > 0, 'it did not ask');
    assert.ok(asked <= ASKED_MAX + 1, `it went on asking: ${asked} times`);
    assert.equal(execFileSync('git', ['-C', stage.repoPath, 'status', '--porcelain'], { encoding: 'utf8' }), '');
  },
};

const remembers: Case = {
  title: 'goes on with its conversation in a fresh process, and knows what it was told',
  capability: 'resume',
  async play(stage) {
    const first = stage.play({ prompt: `The word is ${FRUIT}.` });
    assert.deepEqual(await first.finish(), { kind: 'success' });
    stage.model.follow(inTurn(done));
    const second = stage.play({ prompt: 'Which word was it?', mark: first.mark() });
    assert.deepEqual(await second.finish(), { kind: 'success' });
    assert.match(stage.model.heard(), new RegExp(FRUIT));
    assert.match(stage.model.heard(), /Which word was it/);
    assert.equal(second.mark().id, first.mark().id);
  },
};

const survives: Case = {
  title: 'was killed at work, and the next process knows what it was told',
  capability: 'resume',
  async play(stage) {
    stage.model.follow(inTurn(run('true'), { kind: 'think' }));
    const first = stage.play({ prompt: `The word is ${FRUIT}.` });
    await stage.model.whenAsked(2);
    first.kill();
    assert.equal((await first.finish()).kind, 'crashed');
    stage.model.follow(inTurn(done));
    const second = stage.play({ prompt: 'Which word was it?', mark: first.mark() });
    assert.deepEqual(await second.finish(), { kind: 'success' });
    assert.match(stage.model.heard(), new RegExp(FRUIT));
  },
};

const counts: Case = {
  title: 'tells what each run used alone, though the agent counts the whole conversation',
  capability: 'usage',
  needs: 'usage',
  async play(stage) {
    stage.model.follow(inTurn(done));
    const first = stage.play();
    await first.finish();
    const second = stage.play({ mark: first.mark() });
    await second.finish();
    const [one, two] = [usedIn(first.events), usedIn(second.events)];
    assert.ok(one > 0 && two > 0, `it told ${one} and ${two}`);
    assert.ok(two < one * 2, `the second run is charged ${two} after ${one}: what was used before is in it`);
    const { tokens, costMicroUsd } = second.mark().total;
    assert.equal(tokens ?? costMicroUsd, one + two);
  },
};

const ends: Readonly<Record<ModelFailure, ConversationEnd['kind']>> = {
  authentication: 'not-authenticated',
  credit: 'out-of-credit',
  rate: 'rate-limited',
  server: 'model-failed',
  context: 'context-full',
};
const words: Readonly<Record<ModelFailure, string>> = {
  authentication: 'a wrong key',
  credit: 'no credit',
  rate: 'a model that answers 429 for ten hours',
  server: 'a model that fails',
  context: 'a conversation that is too long',
};

const failing = Object.entries(ends).map(([failure, kind]): Case => ({
  title: `ends with ${kind} after ${words[failure as ModelFailure]}, whatever its exit code`,
  capability: 'ends',
  needs: `end-${failure as ModelFailure}`,
  async play(stage) {
    stage.model.follow(() => ({ kind: 'fail', how: failure as ModelFailure }));
    const end = await stage.play().finish();
    assert.equal(end.kind, kind, JSON.stringify(end));
  },
  async without(stage) {
    stage.model.follow(() => ({ kind: 'fail', how: failure as ModelFailure }));
    const played = stage.play();
    await stage.model.whenAsked(1);
    await played.conversation.interrupt();
    assert.deepEqual(await played.finish(), { kind: 'interrupted' });
  },
}));

/** All of them, by name. */
export const cases: Readonly<Record<string, Case>> = {
  starts,
  streams: begins,
  edits,
  message: hears,
  'interrupt-model': stopsThinking,
  'interrupt-tool': stopsTool,
  permission: asks,
  'permission-interrupted': stopsAsking,
  'permission-for-ever': asksForEver,
  resume: remembers,
  'resume-after-kill': survives,
  usage: counts,
  ...Object.fromEntries(Object.keys(ends).map((failure, index) => [`end-${failure}`, failing[index]!])),
  ...lyingCases,
  ...withheldCases,
};

function usedIn(events: readonly AgentEvent[]): number {
  const last = events.findLast((event) => event.kind === 'usage')?.usage;
  return last?.tokens ?? last?.costMicroUsd ?? 0;
}
