import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { SECRET, agentOf, startReeve, type Reeve } from '../reeve.ts';

const sandboxes = await probeSandboxes(process.env['PATH'] ?? '');
const spy = agentOf('agent-that-looks-for-secrets');

/** Every secret of this server, in the forms in which it may turn up. */
function canariesOf(reeve: Reeve): string[] {
  const key = readFileSync(join(reeve.home, 'key'));
  const { privateKey } = reeve.emulator.app;
  return [
    ...privateKey.split('\n').filter((line) => line.length > 40 && !line.startsWith('-----')),
    ...[Buffer.from(privateKey).toString('base64').slice(0, 200), SECRET, Buffer.from(SECRET).toString('base64')],
    ...[key.toString('latin1'), key.toString('hex'), key.toString('base64')],
    ...['ghs_', 'BEGIN RSA PRIVATE KEY', 'WEBHOOK_SECRET'],
  ];
}

const found = (canaries: readonly string[], text: string): string[] => canaries.filter((each) => text.includes(each));

/** Everything that a run leaves for people to read, besides the agent's own work. */
function recordsOf(reeve: Reeve): string {
  const files = reeve.runs().flatMap((run) => {
    const directory = join(reeve.home, 'runs', run);
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(directory, entry.name), 'latin1'));
  });
  const threads = JSON.stringify(reeve.emulator.control.threads('harbor-labs/tide'));
  return [...files, threads, reeve.log()].join('\n');
}

/** Where the spy looks, besides its environment and all processes: as much as the tier promises to hide. */
const looksAt: Readonly<Record<string, (directory: string) => string[]>> = {
  bwrap: (directory) => [directory, '/run'],
  'pid-namespace': () => [],
  none: () => [],
};

/** What a spy that looks everywhere must have found: a file that it may read; its own process; the server's environment. */
const proofs: Readonly<Record<string, string>> = {
  bwrap: 'export const tide = 1;',
  'pid-namespace': 'agent-that-looks-for-secrets.mjs',
  none: SECRET,
};

test.each(sandboxes)('in the sandbox "%s" an agent that looks for secrets finds none', async (sandbox) => {
  const reeve = await startReeve({
    agent: (directory) => [...spy, ...(looksAt[sandbox]?.(directory) ?? [])],
    sandbox,
    settings: { REEVE_NETWORK: 'auto' },
    hasKeyFile: sandbox === 'bwrap',
  });
  await reeve.ada.labels(1);
  // Where it did find something, that is held, and nothing is pushed.
  await reeve.untilLabel(1, sandbox === 'none' ? 'reeve:waiting' : 'reeve:review');
  await reeve.calm();
  expect(reeve.questions(1).filter(({ body }) => body.includes('seems to hold a credential'))).toHaveLength(
    sandbox === 'none' ? 1 : 0,
  );
  const [workspace = ''] = reeve.workspaces();
  const loot = readFileSync(join(reeve.home, 'workspaces', workspace, 'repo', 'loot.txt'), 'utf8');
  const canaries = canariesOf(reeve);

  expect(loot).toContain(proofs[sandbox]); // it did look
  // Without a sandbox the processes of one user can read each other: that tier promises the agent's own environment.
  const seen = sandbox === 'none' ? /== environment\n(.*)\n/.exec(loot)![1]! : loot;
  expect(seen).toContain('REEVE_PROMPT_FILE');
  expect(found(canaries, seen)).toEqual([]);
  expect(
    found(
      canaries.filter((each) => each !== 'WEBHOOK_SECRET'),
      recordsOf(reeve),
    ),
  ).toEqual([]);
});

test('a key that the operator gives to the agent is not shown to people', async () => {
  const secret = 'model-key-0f9e8d7c6b5a';
  const speak = 'console.log("with " + process.env.MODEL_KEY); process.exitCode = 1';
  const reeve = await startReeve({
    agent: [process.execPath, '-e', speak],
    settings: { REEVE_AGENT_ENV: 'MODEL_KEY', MODEL_KEY: secret },
  });
  await reeve.ada.labels(1);
  await reeve.untilLabel(1, 'reeve:failed');
  await reeve.until(() => reeve.card(1).includes('with [redacted]'), 'its last words');
  expect(JSON.stringify(reeve.thread(1))).not.toContain(secret);
  expect(reeve.log()).not.toContain(secret);
  const transcript = readFileSync(join(reeve.home, 'runs', reeve.runs()[0]!, 'transcript.log'), 'utf8');
  expect(transcript).toContain('with [redacted]');
});
