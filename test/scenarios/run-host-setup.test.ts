import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { RunRequest } from '../../src/domain/run/run.ts';
import type { RunEvent } from '../../src/domain/run/schema.ts';
import type { SetupRequest } from '../../src/domain/setup/setup.ts';
import { launchRun } from '../../src/runs/launch.ts';
import { createDetachedRuntime } from '../../src/runs/runtimes/detached/detached.ts';
import { readEvents } from '../../src/runs/run-directory/events.ts';
import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { stopRun } from '../../src/runs/stop.ts';
import { processesWithVariable } from '../../src/lib/process-table.ts';
import { sessionId } from '../../src/domain/ids.ts';
import { workspacePathOf } from '../../src/runs/run-directory.ts';
import { hostEnvironment, limits, openHome, textOf, until } from '../run-host.ts';

const sandboxes = await probeSandboxes(hostEnvironment.PATH);
const best = sandboxes[0]!;

/** What a package manager does: packages with links in them, and it says so. */
const INSTALL = [
  'echo installing',
  'mkdir -p node_modules/left/lib node_modules/.bin',
  'echo "$(cat lock)" > node_modules/left/lib/index.js',
  'chmod 500 node_modules/left/lib/index.js',
  'ln -s ../left/lib/index.js node_modules/.bin/left',
  'ln -s /nowhere/at/all node_modules/dangling',
  'echo changed by the setup > tracked.txt',
  'echo litter > litter.txt',
].join('\n');
const AGENT = ['sh', '-c', 'cat node_modules/.bin/left; git status --porcelain; echo worked'];

/** A home whose workspaces begin at one commit of a repository with a lock file. */
async function openRepository() {
  const world = await openHome();
  const { git, repo, home } = world;
  writeFileSync(join(repo, 'lock'), 'one\n');
  writeFileSync(join(repo, 'tracked.txt'), 'as committed\n');
  git('add', '.');
  git('commit', '-q', '-m', 'Lock');
  const commit = git('rev-parse', 'HEAD');
  const cacheRoot = join(home, 'cache/setup/7');
  const setupOf = (override: Partial<SetupRequest> = {}, lock = '1'.repeat(40)): SetupRequest => ({
    argv: ['sh', '-c', INSTALL],
    cachePaths: ['node_modules'],
    wallMs: 20_000,
    isUntouched: true,
    cache: { repositoryId: 7, commit, lockFiles: [{ path: 'lock', object: lock }] },
    ...override,
  });
  let sessions = 0;
  return {
    ...world,
    ...{ commit, cacheRoot, setupOf },
    entries: () => (existsSync(cacheRoot) ? readdirSync(cacheRoot) : []),
    /** Another session of the same repository, in a workspace of its own. */
    session: (): Pick<RunRequest, 'sessionId' | 'workspacePath' | 'runId'> => {
      sessions += 1;
      const id = sessionId(`7-8-${sessions}`);
      const workspacePath = workspacePathOf(home, id);
      mkdirSync(workspacePath, { recursive: true });
      for (const name of ['home', 'tmp']) mkdirSync(join(workspacePath, name));
      spawnSync('git', ['clone', '-q', repo, join(workspacePath, 'repo')]);
      return { sessionId: id, workspacePath, runId: `${id}-r1` as RunRequest['runId'] };
    },
  };
}

const stepsIn = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.kind === 'setup' ? [event.step] : []));

describe.each(sandboxes)('a setup in the sandbox "%s"', (sandbox) => {
  test('runs once for each content of the lock files, and every agent begins with the same tree', async () => {
    const { run, session, setupOf, directory, entries } = await openRepository();
    const runs = [session(), session(), session()];
    const locks = ['1', '1', '2'].map((digit) => digit.repeat(40));
    const seen = [];
    for (const [index, own] of runs.entries()) {
      const verdict = await run(AGENT, { ...own, sandbox, setup: setupOf({}, locks[index]) });
      expect(verdict).toMatchObject({ end: { reason: 'finished' } });
      const { events } = await readEvents(directory(own.runId));
      const transcript = textOf(directory(own.runId).transcript);
      seen.push({ steps: stepsIn(events), isInstalled: transcript.includes('installing\n') });
      expect(transcript.endsWith('one\nworked\n')).toBe(true);
    }
    expect(seen).toEqual([
      { steps: ['started', 'done', 'kept'], isInstalled: true },
      { steps: ['from-cache'], isInstalled: false },
      { steps: ['started', 'done', 'kept'], isInstalled: true },
    ]);
    expect(entries()).toHaveLength(2);
    const restored = join(runs[1]!.workspacePath, 'repo/node_modules');
    expect(readlinkSync(join(restored, 'dangling'))).toBe('/nowhere/at/all');
    expect(lstatSync(join(restored, 'left/lib/index.js')).mode & 0o777).toBe(0o500);
  });

  test('that fails ends the run with its last words, and no agent starts', async () => {
    const { run, session, setupOf, directory, entries } = await openRepository();
    const own = session();
    const argv = ['sh', '-c', 'mkdir node_modules; echo "E404 no such package" >&2; exit 3'] as const;
    expect(await run(AGENT, { ...own, sandbox, setup: setupOf({ argv }) })).toMatchObject({
      end: {
        reason: 'setup-failed',
        exitCode: 3,
        detail: expect.stringMatching(
          /^The setup \(sh -c .*\): It ended with exit code 3\. Its last words: E404 no such package$/s,
        ) as string,
      },
    });
    const { events } = await readEvents(directory(own.runId));
    expect(stepsIn(events)).toEqual(['started', 'failed']);
    expect(events.filter(({ kind }) => kind === 'started' || kind === 'leftovers')).toEqual([]);
    expect(textOf(directory(own.runId).transcript)).not.toContain('worked');
    expect(entries()).toEqual([]);
  });

  test('whose program is not there is told like any other', async () => {
    const { run, session, setupOf } = await openRepository();
    const setup = setupOf({ argv: ['reeve-no-such-program'] });
    expect(await run(AGENT, { ...session(), sandbox, setup })).toMatchObject({
      end: { reason: 'setup-failed', detail: expect.stringContaining('reeve-no-such-program') as string },
    });
  });

  test('is stopped like an agent, down to what it has started', async () => {
    const { launch, request, session, setupOf, directory, home, ended, entries } = await openRepository();
    const own = session();
    const argv = ['sh', '-c', "trap '' TERM; mkdir node_modules; echo begun; setsid sleep 600; sleep 600"] as const;
    await launch(request(AGENT, { ...own, sandbox, setup: setupOf({ argv }) }));
    await until(async () => textOf(directory(own.runId).transcript).includes('begun\n'));
    expect(await stopRun(home, own.runId, Date.now())).toBe('stopping');
    expect(await ended(own.runId)).toMatchObject({ end: { reason: 'stopped' } });
    expect(await processesWithVariable('REEVE_OUTPUT', directory(own.runId).output)).toEqual([]);
    expect(entries()).toEqual([]);
  });

  test('is held to its time and to the limits of the run', async () => {
    const { run, session, setupOf } = await openRepository();
    const slow = setupOf({ argv: ['sleep', '600'], wallMs: 300 });
    expect(await run(AGENT, { ...session(), sandbox, setup: slow })).toMatchObject({
      end: { reason: 'setup-failed', detail: 'The setup (sleep 600): It ran longer than 0.3 s.' },
    });
    const large = setupOf({
      argv: ['sh', '-c', 'mkdir node_modules; head -c 60000000 /dev/zero > node_modules/a; sleep 600'],
    });
    expect(
      await run(AGENT, { ...session(), sandbox, setup: large, limits: { ...limits, diskMiBMax: 40 } }),
    ).toMatchObject({
      end: { reason: 'disk-full', detail: expect.stringContaining('was set up: Its workspace took') as string },
    });
  });

  test('is not run again for the next run of its session', async () => {
    const { run, session, setupOf, directory, request } = await openRepository();
    const own = session();
    await run(AGENT, { ...own, sandbox, setup: setupOf() });
    const next = { ...own, runId: `${own.sessionId}-r2` as RunRequest['runId'], attempt: 2 };
    const setup = setupOf({ isUntouched: false, cache: null });
    expect(await run(AGENT, { ...next, sandbox, setup })).toMatchObject({ end: { reason: 'finished' } });
    const { events } = await readEvents(directory(next.runId));
    expect(stepsIn(events)).toEqual(['there']);
    expect(request(AGENT).setup).toBeUndefined();
  });
});

test('the last words are of the program that has failed', async () => {
  const { run, session, setupOf } = await openRepository();
  expect(await run(AGENT, { ...session(), setup: setupOf({ argv: ['false'] }) })).toMatchObject({
    end: { detail: 'The setup (false): It ended with exit code 1.' },
  });
  expect(await run(['sh', '-c', 'exit 4'], { ...session(), setup: setupOf() })).toMatchObject({
    end: { reason: 'crashed', detail: 'It ended with exit code 4.' },
  });
});

describe('what is kept of a setup', () => {
  test('is not what an agent makes of its own copy', async () => {
    const { run, session, setupOf, cacheRoot, entries } = await openRepository();
    const agent = (script: string) => ['sh', '-c', script];
    const write =
      'rm -f node_modules/left/lib/index.js; echo bad > node_modules/left/lib/index.js; echo more > node_modules/more';
    await run(agent('true'), { ...session(), sandbox: best, setup: setupOf() });
    await run(agent(write), { ...session(), sandbox: best, setup: setupOf() });
    await run(agent('chmod u+w node_modules/left/lib/index.js; echo bad >> node_modules/left/lib/index.js'), {
      ...{ ...session(), sandbox: best, setup: setupOf() },
    });
    const kept = join(cacheRoot, entries()[0]!, '0');
    expect(readFileSync(join(kept, 'left/lib/index.js'), 'utf8')).toBe('one\n');
    expect(readdirSync(kept).toSorted()).toEqual(['.bin', 'dangling', 'left']);
    const last = session();
    await run(AGENT, { ...last, sandbox: best, setup: setupOf() });
    expect(readFileSync(join(last.workspacePath, 'repo/node_modules/left/lib/index.js'), 'utf8')).toBe('one\n');
  });

  test('is used and made only by a tree that is exactly at the commit, where no agent has worked', async () => {
    const { run, session, setupOf, entries, directory } = await openRepository();
    const elsewhere = session();
    spawnSync('git', ['commit', '-q', '--allow-empty', '-m', 'Other'], {
      cwd: join(elsewhere.workspacePath, 'repo'),
      env: {
        ...process.env,
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a',
      },
    });
    await run(AGENT, { ...elsewhere, sandbox: best, setup: setupOf() });
    const touched = session();
    const dirt = join(touched.workspacePath, 'repo/notes.txt');
    writeFileSync(dirt, 'work of an agent\n');
    await run(['true'], { ...touched, sandbox: best, setup: setupOf({ isUntouched: false, cache: null }) });
    expect(entries()).toEqual([]);
    expect(readFileSync(dirt, 'utf8')).toBe('work of an agent\n'); // nobody's work is tidied away
    for (const { runId } of [elsewhere, touched]) {
      expect(stepsIn((await readEvents(directory(runId))).events)).toEqual(['started', 'done']);
    }
  });

  test('after an attempt that failed, is what the next session makes', async () => {
    const { run, session, setupOf, entries, directory } = await openRepository();
    const own = session();
    const argv = [
      'sh',
      '-c',
      `[ -e "$HOME/tried" ] || { mkdir node_modules; touch node_modules/half "$HOME/tried"; exit 1; }; ${INSTALL}`,
    ] as const;
    await run(AGENT, { ...own, sandbox: best, setup: setupOf({ argv }) });
    const next = { ...own, runId: `${own.sessionId}-r2` as RunRequest['runId'], attempt: 2 };
    expect(await run(AGENT, { ...next, sandbox: best, setup: setupOf({ argv }) })).toMatchObject({
      end: { reason: 'finished' },
    });
    expect(entries()).toEqual([]);
    expect(stepsIn((await readEvents(directory(next.runId))).events)).toEqual(['started', 'done']);
  });

  test('holds no link in the place of a path, and nothing behind one', async () => {
    const { run, session, setupOf, entries, directory } = await openRepository();
    const own = session();
    const setup = setupOf({ argv: ['sh', '-c', 'mkdir -p "$HOME/away"; ln -s "$HOME/away" node_modules'] });
    expect(await run(['true'], { ...own, sandbox: best, setup })).toMatchObject({ end: { reason: 'finished' } });
    const { events } = await readEvents(directory(own.runId));
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'setup',
        step: 'not-kept',
        detail: expect.stringContaining('is a link') as string,
      }),
    );
    expect(entries()).toEqual([]);
  });

  test.each(['run.setup-copied', 'run.setup-kept'])('is whole or not there when its host dies at %s', async (point) => {
    const { run, session, setupOf, entries, pad, request, home, judge } = await openRepository();
    const dying = createDetachedRuntime({
      program: join(process.cwd(), 'dist/bin/reeve-run.js'),
      environment: { ...hostEnvironment, REEVE_CRASH: point },
    });
    const own = session();
    await launchRun({ ...pad, runtime: dying }, request(AGENT, { ...own, sandbox: best, setup: setupOf() }));
    await until(async () => (await judge(own.runId)).verdict === 'lost');
    await until(async () => (await stopRun(home, own.runId, Date.now() + 600_000)) === 'ended');
    const named = entries().filter((name) => !name.startsWith('.'));
    expect(named).toHaveLength(point === 'run.setup-kept' ? 1 : 0);
    const next = session();
    expect(await run(AGENT, { ...next, sandbox: best, setup: setupOf() })).toMatchObject({
      end: { reason: 'finished' },
    });
    expect(textOf(join(next.workspacePath, 'repo/node_modules/left/lib/index.js'))).toBe('one\n');
  });
});

test('a setup that speaks for the agent, where no sandbox keeps it from that, has failed', async () => {
  const { run, session, setupOf } = await openRepository();
  const argv = ['sh', '-c', `echo '{"kind":"progress","text":"me"}' >> "$REEVE_OUTPUT"`] as const;
  expect(await run(AGENT, { ...session(), sandbox: 'none', setup: setupOf({ argv }) })).toMatchObject({
    end: { reason: 'setup-failed', detail: expect.stringMatching(/only the agent may speak\.$/) as string },
    progress: [],
  });
});

test.runIf(best === 'bwrap')('a setup sees neither where its agent speaks nor what is kept', async () => {
  const { run, session, setupOf, directory, home } = await openRepository();
  const own = session();
  const look = `ls -A "${home}" "${home}/cache"; cat "$REEVE_PROMPT_FILE"; echo '{"kind":"progress","text":"me"}' > "$REEVE_OUTPUT"; true`;
  const setup = setupOf({ argv: ['sh', '-c', `${look} 2>&1; ${INSTALL}`] });
  const verdict = await run(AGENT, { ...own, sandbox: best, setup });
  expect(verdict).toMatchObject({ end: { reason: 'finished' }, progress: [] });
  const transcript = textOf(directory(own.runId).transcript);
  expect(transcript).not.toContain('Please answer issue');
  expect(transcript).not.toMatch(/^(key|setup)$/m); // of the home, and of what is kept
});
