import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { readEvents } from '../../src/runs/run-directory/events.ts';
import { createDetachedRuntime } from '../../src/runs/runtimes/detached/detached.ts';
import { fixture, hostEnvironment, openHome } from '../run-host.ts';

const canary = 'canary-7be1f04c92';
// Asked of the machine and not of our own probe: a sandbox that we broke must fail here, and not be passed over.
const canBeKept = spawnSync('bwrap', ['--unshare-net', '--ro-bind', '/', '/', 'true']).status === 0;

/** Says the canary to whoever comes, at once or after a request of http. */
async function listener(address: { readonly host: string } | { readonly path: string }): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${canary.length}\r\n\r\n${canary}`);
  });
  await new Promise<void>((done) => server.listen('path' in address ? address : { port: 0, ...address }, done));
  onTestFinished(() => void server.close());
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? (bound satisfies AddressInfo).port : 0;
}

/** A machine with something to steal in every place, and services that are none of an agent's business. */
async function plant() {
  const reeve = await openHome();
  const elsewhere = mkdtempSync(join(tmpdir(), 'reeve-elsewhere-'));
  onTestFinished(() => rm(elsewhere, { recursive: true }));
  const operator = join(elsewhere, 'operator');
  const files = [
    join(reeve.home, 'reeve.db'),
    join(reeve.home, 'runs/other/transcript.log'),
    join(reeve.home, 'workspaces/other/repo/private.txt'),
    join(elsewhere, 'app.pem'),
    join(operator, 'notes.txt'),
    join(operator, '.ssh/id_ed25519'),
  ];
  for (const path of files) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, canary);
  }
  const environment = { PATH: hostEnvironment.PATH, HOME: operator, CANARY: canary };
  // Stands for the server: a process with a secret in its environment, which nobody else may end.
  const victim = spawn('sleep', ['120'], { env: environment, stdio: 'ignore' });
  onTestFinished(() => void victim.kill('SIGKILL'));
  const ports = {
    allowed: await listener({ host: '127.0.0.1' }),
    local: await listener({ host: '127.0.0.1' }),
    wide: await listener({ host: '0.0.0.0' }),
  };
  const socketPath = join(elsewhere, 'service.sock');
  await listener({ path: socketPath });
  const abstractPath = `\0${elsewhere}`;
  await listener({ path: abstractPath });
  const own = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .find((entry) => !entry.internal && entry.family === 'IPv4')?.address;
  const plan = {
    canary,
    files,
    sockets: {
      loopback: { host: '127.0.0.1', port: ports.local },
      ...(own === undefined ? {} : { 'own address': { host: own, port: ports.wide } }),
      'abstract socket': { path: abstractPath },
      'socket in a directory': { path: socketPath },
    },
    proxied: {
      'a listed address': { target: `127.0.0.1:${ports.allowed}`, isTunnel: true },
      'a listed address, plain': { target: `127.0.0.1:${ports.allowed}`, isTunnel: false },
      loopback: { target: `127.0.0.1:${ports.local}`, isTunnel: true },
      'loopback, plain': { target: `127.0.0.1:${ports.local}`, isTunnel: false },
      'loopback, written otherwise': { target: `0x7f.1:${ports.local}`, isTunnel: true },
      'a listed name of loopback': { target: `localhost:${ports.local}`, isTunnel: true },
      'a listed name of loopback, plain': { target: `localhost:${ports.local}`, isTunnel: false },
      metadata: { target: '169.254.169.254:80', isTunnel: false },
    },
    victims: { server: victim.pid },
    signal: 'SIGTERM',
    fired: join(elsewhere, 'fired'),
  };
  const runtime = createDetachedRuntime({ program: resolve('dist/bin/reeve-run.js'), environment });
  Object.assign(reeve.pad, { runtime });
  return { ...reeve, plan, elsewhere, ports, keyFile: files[3]!, victim };
}

/** Lets the attacker loose on a machine of its own. */
async function attack(sandbox: 'none' | 'bwrap') {
  const machine = await plant();
  const { plan, ports, run, repo, directory, request, victim } = machine;
  const verdict = await run([process.execPath, fixture('that-attacks'), JSON.stringify(plan)], {
    sandbox,
    network: sandbox === 'none' ? 'open' : [`127.0.0.1:${ports.allowed}`, `localhost:${ports.local}`],
    hiddenPaths: [machine.keyFile],
  });
  const findings = JSON.parse(readFileSync(join(repo, 'findings.json'), 'utf8')) as Record<string, string>;
  const names = Object.keys(findings);
  return {
    ...{ ports, verdict, directory: directory(request(['x']).runId) },
    reached: names.filter((name) => findings[name] === 'reached'),
    refused: names.filter((name) => findings[name] !== 'reached'),
    changed: plan.files.filter((path) => readFileSync(path, 'utf8') !== canary),
    fired: readdirSync(machine.elsewhere).filter((name) => name.startsWith('fired')),
    isVictimAlive: victim.exitCode === null && victim.signalCode === null,
  };
}

test.runIf(canBeKept)(
  'an attacker gets nowhere in its sandbox, and everywhere without one',
  { timeout: 120_000 },
  async () => {
    // Each line of the attack does get through where nothing is in its way: what is refused below is so for a reason.
    const free = await attack('none');
    expect(free.refused.filter((name) => !name.startsWith('through'))).toEqual([]);
    expect(free).toMatchObject({ isVictimAlive: false, fired: ['fired-clean', 'fired-process'] });

    const { ports, directory, verdict, ...kept } = await attack('bwrap');
    expect(kept).toMatchObject({ isVictimAlive: true, fired: [], changed: [] });
    expect(kept.reached).toEqual(['through a listed address', 'through a listed address, plain']);
    const { events } = await readEvents(directory);
    const refused = events.filter((event) => event.kind === 'network-refused');
    expect(refused.map(({ host, port, why }) => `${host}:${port} ${why}`).toSorted()).toEqual(
      [
        `127.0.0.1:${ports.local} not-listed`,
        '169.254.169.254:80 not-listed',
        `localhost:${ports.local} private-address`,
      ].toSorted(),
    );
    const detail: unknown = expect.stringContaining('Its network policy refused 127.0.0.1:');
    expect(verdict).toMatchObject({ end: { reason: 'finished', detail } });
    expect(existsSync(join(directory.path, 'network'))).toBe(false);
  },
);
