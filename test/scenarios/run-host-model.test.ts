import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import type { NetworkPolicy } from '../../src/domain/run/network.ts';
import type { Sandbox } from '../../src/domain/run/run.ts';
import { launchRun } from '../../src/runs/launch.ts';
import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { fixture, openHome } from '../run-host.ts';

const sandboxes = await probeSandboxes(process.env['PATH'] ?? '');
const KEY = 'the-real-key-of-the-server-0123456789';

/** A model whose server says more than it should. */
async function openModel() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${String(request.headers['x-api-key'])}`);
    response.writeHead(400).end(`I was asked with ${String(request.headers['x-api-key'])}.`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  return { asked, upstream: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** All that a run leaves for people to read. */
function recordsOf(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

type Place = readonly [sandbox: Sandbox, network: NetworkPolicy];
const places = sandboxes.flatMap((sandbox): Place[] => [
  [sandbox, 'open'],
  ...(sandbox === 'bwrap' ? ([[sandbox, []]] as const) : []), // where it has a network of its own
]);

test.each(places)(
  'in the sandbox "%s" with the network %j a key is used, and seen nowhere',
  async (sandbox, network) => {
    const home = await openHome();
    const model = await openModel();
    const asked = home.request([process.execPath, fixture('that-wants-the-key')], {
      ...{ sandbox, network },
      access: { provider: 'anthropic', upstream: model.upstream, price: null },
    });
    const request = { ...asked, agent: { ...asked.agent, kind: 'claude-code' as const } };
    await launchRun({ ...home.pad, modelKeyOf: () => KEY }, request);
    expect(await home.ended(request.runId)).toMatchObject({ end: { reason: 'crashed', exitCode: 3 } });
    const left = (name: string): string => readFileSync(join(home.repo, name), 'utf8');
    expect(model.asked).toEqual([`/v1/messages ${KEY}`]);
    expect(left('quoted.txt')).toBe('400 I was asked with [redacted].');
    expect(left('other.txt')).toMatch(/^403 /);
    const bearer = /ANTHROPIC_AUTH_TOKEN=([\w-]+)/.exec(left('seen.txt'))?.[1] ?? '';
    expect(bearer).toHaveLength(43);
    const records = recordsOf(home.directory(request.runId).path);
    expect(records).toContain('My bearer is [redacted]');
    for (const text of [left('seen.txt'), records]) expect(text).not.toContain(KEY);
    expect(records).not.toContain(bearer);
  },
);
