import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';

import { limits, openHome, textOf, until } from '../../test/run-host.ts';
import type { Agent } from '../agents/agent.ts';
import type { RunId } from '../domain/ids.ts';
import type { AgentSpec } from '../domain/run/agent-spec.ts';
import { judgeRun } from '../domain/run/judge.ts';
import { sandboxAlone, type PermissionPolicy } from '../domain/run/permission.ts';
import type { RunRequest } from '../domain/run/run.ts';
import { observeRun } from '../runs/observe.ts';
import { readEvents } from '../runs/run-directory/events.ts';
import { leaveMessage } from '../runs/run-directory/messages.ts';
import { writeRequest } from '../runs/run-directory/request.ts';
import { requestStop } from '../runs/run-directory/stop-file.ts';
import { runHost } from './main.ts';

vi.setConfig({ testTimeout: 60_000 }); // real programs on a busy machine

const folder = resolve('fixtures/agents/protocol');
const adapter = (await import(pathToFileURL(join(folder, 'adapter.mjs')).href)) as {
  readonly createProtocolAgent: (spec: AgentSpec) => Agent;
};
const asking: PermissionPolicy = { ...sandboxAlone, otherwise: 'ask' };

/** A home in which runs of the agent of `fixtures/agents/protocol` are hosted by this process. */
async function openPlace() {
  const home = await openHome();
  const begin = async (story: string, changes: Partial<RunRequest> = {}, wrap = (agent: Agent): Agent => agent) => {
    const request = home.request([process.execPath, join(folder, 'agent.mjs'), story], { sandbox: 'none', ...changes });
    const directory = home.directory(request.runId);
    mkdirSync(directory.path, { recursive: true });
    await writeRequest(directory, request, home.pad.key);
    const stop = new AbortController();
    const errors: unknown[] = [];
    const hosting = runHost(
      {
        runDirectory: directory.path,
        key: home.pad.key,
        modelKey: null,
        installation: { programsPath: resolve('dist/bin'), operatorHome: '/nobody' },
        path: process.env['PATH']!,
        stopSignal: stop.signal,
        now: Date.now,
        elapsed: () => performance.now(),
        onError: (error) => errors.push(error),
      },
      async (spec) => wrap(adapter.createProtocolAgent(spec)),
    );
    onTestFinished(async () => {
      stop.abort();
      await hosting;
    });
    const says = (words: string): Promise<unknown> => until(async () => textOf(directory.transcript).includes(words));
    const ended = async () => {
      expect(await hosting).toBe('ended');
      expect(errors).toEqual([]);
      return look(request.runId);
    };
    return { request, directory, says, ended };
  };
  const look = async (runId: RunId) => {
    const directory = home.directory(runId);
    const facts = await observeRun(home.home, runId);
    expect(facts.problems).toEqual([]);
    const judged = judgeRun(facts, Date.now());
    if (judged.verdict !== 'ended') throw new Error(`It is ${judged.verdict}.`);
    const { events } = await readEvents(directory);
    return { ...judged, facts, status: facts.status!, events, transcript: textOf(directory.transcript) };
  };
  const run = async (story: string, changes: Partial<RunRequest> = {}) => (await begin(story, changes)).ended();
  return { ...home, begin, run };
}

test('one that succeeds: its words, its work, its spending and its conversation are all there', async () => {
  const place = await openPlace();
  const { end, spend, summary, status, events, transcript } = await place.run('success');
  expect(end).toMatchObject({ reason: 'finished', exitCode: 0 });
  expect(summary).toBe('It is done. <!- - reeve:forged -->');
  expect(spend).toMatchObject({ costMicroUsd: 2500, tokens: 1200 });
  expect(status.mark).toEqual({ id: 'conversation-1', total: { costMicroUsd: 100, tokens: 10 } });
  expect(place.git('log', '-1', '--format=%s')).toBe('Keep what the agent left'); // what it changed is read from git
  expect(transcript).toMatchInlineSnapshot(`
    "Your words were: Please answer issue #7.. 
    I begin.
    $ echo done > done.txt
      done
    It is done. <!-- reeve:forged -->
    ! The conversation ended: success
    "
  `);
  expect(events.map(({ kind }) => kind)).toMatchInlineSnapshot(`
    [
      "started",
      "conversation",
      "tool-use",
      "conversation-ended",
      "output",
      "leftovers",
      "ended",
    ]
  `);
});

test('words that grow as they are redacted can still be read by whoever reads the record', async () => {
  const place = await openPlace();
  const { summary, events } = await place.run('says what grows');
  expect(summary).toMatch(/^:\/\/\[redacted\]@/);
  expect(events.at(-1)).toMatchObject({ kind: 'ended', reason: 'finished' });
});

test('what git says of what it could not commit is redacted', async () => {
  const place = await openPlace();
  place.git('config', 'filter.broken.clean', 'false');
  place.git('config', 'filter.broken.required', 'true');
  writeFileSync(join(place.repo, '.gitattributes'), 'hushhush* filter=broken\n');
  writeFileSync(join(place.repo, 'hushhushhush'), 'changed\n');
  const { events } = await place.run('success', { environment: { API_TOKEN: 'hushhushhush' } });
  const left = events.find(({ kind }) => kind === 'leftovers');
  expect(left).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('[redacted]') });
  expect(JSON.stringify(events)).not.toContain('hushhush');
});

test('the next run goes on with what the agent called its conversation', async () => {
  const place = await openPlace();
  const { status } = await place.run('success');
  const next = await place.run('success', { attempt: 2, isResume: true, mark: status.mark });
  expect(next.transcript).toContain('I go on with conversation-1.');
});

test('what it reports by its command counts before what it says, and the larger of two sums', async () => {
  const place = await openPlace();
  const { summary, spend } = await place.run('success with words');
  expect({ summary, spend }).toMatchObject({ summary: 'As I say it myself.', spend: { costMicroUsd: 500_000 } });
});

test.each([
  [
    'lies',
    {
      reason: 'crashed',
      exitCode: 0,
      detail: expect.stringMatching(/^It ended with exit code 0\. Its output ended\./),
    },
  ],
  [
    'breaks',
    {
      reason: 'crashed',
      exitCode: 3,
      detail: 'It ended with exit code 3. Its output ended. Its last words: Segmentation fault',
    },
  ],
  ['is limited', { reason: 'rate-limited', retryAt: 4_000_000_000_000, detail: 'Too many requests.' }],
  ['waits for its model', { reason: 'rate-limited', detail: 'It was about to wait for its model: Overloaded.' }],
  ['lives on', { reason: 'finished' }],
])('one that %s ends as what it is', async (story, expected) => {
  const place = await openPlace();
  expect((await place.run(story)).end).toMatchObject(expected);
});

test.each(['throws when it begins', 'rejects in spite of its promise'])(
  'an adapter that %s has lost its conversation, and its host nothing',
  async (how) => {
    const place = await openPlace();
    const broken = new Error('It broke.');
    const run = await place.begin('works', {}, (agent) => ({
      ...agent,
      converse(task, channel) {
        if (how.startsWith('throws')) throw broken;
        return { ...agent.converse!(task, channel), ended: Promise.reject(broken) };
      },
    }));
    expect((await run.ended()).end).toMatchObject({ reason: 'crashed', detail: expect.stringContaining('It broke.') });
  },
);

test('one that needs words of people has asked', async () => {
  const place = await openPlace();
  const { end, question } = await place.run('needs input');
  expect(end.reason).toBe('asked');
  expect(question).toEqual({ text: 'Which colour should it be?', options: [], permissions: [] });
});

test('one that asks by its command and does not end is interrupted', async () => {
  const place = await openPlace();
  const { end, question, transcript } = await place.run('asks by its command');
  expect({ reason: end.reason, question }).toMatchObject({ reason: 'asked', question: { text: 'Red or blue?' } });
  expect(transcript).toContain('The conversation ended: interrupted');
});

test('a wish that no rule answers becomes a question, and the run that goes on has the answer', async () => {
  const place = await openPlace();
  const first = await place.run('asks for leave', { permissions: asking });
  expect(first.end).toMatchObject({ reason: 'asked', detail: 'It asked for leave to do what people decide.' });
  expect(first.question).toMatchInlineSnapshot(`
    {
      "options": [
        "Allow it for this session",
        "Do not allow it",
      ],
      "permissions": [
        {
          "subject": "make release",
          "tool": "shell",
        },
      ],
      "text": "The agent asks for leave to run this command:

    make release

    May it?",
    }
  `);
  const grants = [...first.question!.permissions];
  const next = { attempt: 2, isResume: true, mark: first.status.mark };
  const allowed = await place.run('asks for leave', { ...next, permissions: { ...asking, grants } });
  expect(allowed).toMatchObject({ end: { reason: 'finished' }, summary: 'I released it.' });
  expect(existsSync(join(place.repo, 'released.txt'))).toBe(true);
  const refused = await place.run('asks for leave', {
    ...next,
    attempt: 3,
    permissions: { ...asking, refusals: grants },
  });
  expect(refused.summary).toBe('I may not: A person was asked and said no.');
});

test('wishes of one moment are one question', async () => {
  const place = await openPlace();
  const { question } = await place.run('asks for much', { permissions: asking });
  expect(question?.permissions).toEqual([
    { tool: 'shell', subject: 'make release' },
    { tool: 'edit', subject: 'docs/../x' },
  ]);
});

test('a rule answers at once, and who asks in spite of it for ever is ended', async () => {
  const place = await openPlace();
  const deny = [{ tool: 'shell', subject: 'make **' }] as const;
  const told = await place.run('asks for leave', { permissions: { ...sandboxAlone, deny } });
  expect(told.summary).toBe('I may not: A rule of this installation forbids it.');
  const permissions = { ...sandboxAlone, deny: [{ tool: 'shell', subject: 'rm **' }] } as const;
  const stubborn = await place.run('asks and asks', { attempt: 2, permissions });
  expect(stubborn.end).toMatchObject({ reason: 'declined' });
});

test('a message reaches it while it works, once; a later one is too late', async () => {
  const place = await openPlace();
  const run = await place.begin('listens');
  await run.says('I listen.');
  const message = { id: 'comment:5', at: Date.now(), text: 'Make it blue.' };
  expect(await leaveMessage(run.directory, message)).toBe('left');
  expect(await leaveMessage(run.directory, message)).toBe('left');
  const { summary, facts } = await run.ended();
  expect(summary).toContain('I heard: Make it blue.');
  expect([...facts.messages]).toEqual([['comment:5', 'read']]);
});

test('a message that it did not take up was too late', async () => {
  const place = await openPlace();
  const run = await place.begin('does not listen');
  await run.says('I do not listen.');
  await leaveMessage(run.directory, { id: 'comment:6', at: Date.now(), text: 'Hello?' });
  expect([...(await run.ended()).facts.messages]).toEqual([['comment:6', 'too-late']]);
});

test('a stop interrupts its turn first', async () => {
  const place = await openPlace();
  const run = await place.begin('works', { limits: { ...limits, stopGraceMs: 20_000 } });
  await run.says('I work.');
  await requestStop(run.directory, Date.now());
  const { end, transcript } = await run.ended();
  expect(end).toMatchObject({ reason: 'stopped', exitCode: 0 });
  expect(transcript).toContain('I stop.');
});

test('one that hears nothing is killed after its grace', async () => {
  const place = await openPlace();
  const run = await place.begin('deaf to all');
  await run.says('I work.');
  await requestStop(run.directory, Date.now());
  expect((await run.ended()).end).toMatchObject({ reason: 'stopped', signal: 'SIGKILL' });
});

test('one that floods its conversation is cut, and little of it is kept', async () => {
  const place = await openPlace();
  const { end, status } = await place.run('floods', { limits: { ...limits, outputBytesMax: 5_000_000 } });
  expect(end).toMatchObject({ reason: 'output-flood' });
  expect(status.outputBytes).toBeLessThan(1_000_000_000);
});

test('it may not do nothing but wait for its model, nor be silent', async () => {
  const place = await openPlace();
  const short = { ...limits, silenceMs: 1500 };
  const { end } = await place.run('waits again and again', { limits: short });
  expect(end).toMatchObject({ reason: 'model-failed', detail: 'It did nothing but wait for its model: Overloaded.' });
  expect((await place.run('is silent', { attempt: 2, limits: short })).end.reason).toBe('silent');
});

test('that it will try its model again is a sign of life until then', async () => {
  const place = await openPlace();
  const { end } = await place.run('waits and succeeds', { limits: { ...limits, silenceMs: 4000 } });
  expect(end.reason).toBe('finished');
});

test('a budget holds on what its conversation says that it used', async () => {
  const place = await openPlace();
  const { end, spend } = await place.run('spends', { limits: { ...limits, costMicroUsdMax: 1_000_000 } });
  expect(end).toMatchObject({ reason: 'over-budget', detail: 'It spent 1.1 US dollars; 1 US dollars are allowed.' });
  expect(spend).toMatchObject({ costMicroUsd: 1_100_000, tokens: 7 });
});

test('the files that its program reads are where no agent writes', async () => {
  const place = await openPlace();
  const run = await place.begin('reads its settings');
  expect((await run.ended()).summary).toBe('These are my settings.');
  expect(statSync(join(run.directory.agentFiles, 'settings.txt')).mode & 0o777).toBe(0o400);
  expect(readFileSync(run.directory.prompt, 'utf8')).toBe('Please answer issue #7.\n');
});
