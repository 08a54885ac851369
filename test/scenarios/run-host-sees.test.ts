import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { fixture, hostEnvironment, openHome } from '../run-host.ts';

const sandboxes = await probeSandboxes(hostEnvironment.PATH);

describe.each(sandboxes)('what an agent sees in the sandbox "%s"', (sandbox) => {
  const canary = 'canary-5f0c1d2e3b';
  const hidesFiles = sandbox === 'bwrap';

  test('its environment is ours to the last name, and no secret is in its reach', async () => {
    const { run, pad, repo, home } = await openHome();
    // A server: secrets in its environment, and in files of its home and elsewhere.
    const server = spawn('sleep', ['60'], {
      env: { ...hostEnvironment, WEBHOOK_SECRET: `environment-${canary}` },
      stdio: 'ignore',
    });
    onTestFinished(() => void server.kill('SIGKILL'));
    const elsewhere = mkdtempSync(join(tmpdir(), 'reeve-elsewhere-'));
    onTestFinished(() => rm(elsewhere, { recursive: true }));
    const keyFile = join(elsewhere, 'app.pem');
    writeFileSync(keyFile, `key-${canary}`);
    mkdirSync(join(home, 'workspaces', 'other', 'repo'), { recursive: true });
    for (const path of ['reeve.db', 'workspaces/other/repo/private.txt']) writeFileSync(join(home, path), canary);

    const argv = [fixture('that-looks-for-secrets'), ...(hidesFiles ? [home, elsewhere] : [])];
    await run(argv, { sandbox, hiddenPaths: [keyFile] });
    const loot = readFileSync(join(repo, 'loot.txt'), 'latin1');
    const environment = JSON.parse(/== environment\n(.*)\n/.exec(loot)![1]!) as Record<string, string>;
    expect(loot).toContain('Please answer issue #7.');
    expect(JSON.stringify(environment)).not.toContain(canary);
    expect(loot).not.toContain(Buffer.from(pad.key).toString('hex'));
    // Without any sandbox, a user's processes can read each other: that tier promises the agent's own environment only.
    expect(sandbox !== 'none' && loot.includes(canary)).toBe(false);
    const addedByShells = ['PWD', 'OLDPWD', 'SHLVL', '_'];
    expect(
      Object.keys(environment)
        .filter((name) => !addedByShells.includes(name))
        .sort(),
    ).toEqual([
      'HOME',
      'LANG',
      'PATH',
      'REEVE_CONVERSATION_ID',
      'REEVE_OUTPUT',
      'REEVE_PROMPT_FILE',
      'REEVE_RESUME',
      'REEVE_RUN_ID',
      'REEVE_SESSION_ID',
      'TMPDIR',
      'TZ',
    ]);
  });

  test('a clone that borrows its objects works, and its own directories are writable', async () => {
    const { run, home, workspace, repo, git } = await openHome();
    const mirror = join(home, 'mirrors', '7.git');
    execFileSync('git', ['clone', '-q', '--bare', repo, mirror]);
    await rm(repo, { recursive: true });
    execFileSync('git', ['clone', '-q', '--shared', mirror, repo]);
    const script =
      'git log --format=%s && echo a > a && git add a && echo b > "$HOME/b" && echo c > "$TMPDIR/c" && touch /tmp/d';
    const verdict = await run(['sh', '-c', script], { sandbox, readablePaths: [join(mirror, 'objects')] });
    expect(verdict).toMatchObject({ end: { reason: 'finished' } });
    expect(git('log', '--format=%s')).toBe('Keep what the agent left\nStart');
    expect(existsSync(join(workspace, 'home/b')) && existsSync(join(workspace, 'tmp/c'))).toBe(true);
  });
});

test.each(sandboxes.filter((sandbox) => sandbox === 'bwrap'))(
  'in "%s" an agent can open nothing else for writing',
  async (sandbox) => {
    const { run, directory, request, home, workspace } = await openHome();
    const targets = ['/etc/reeve', '/usr/reeve', `${home}/key`, `${workspace}/x`, '/proc/sys/kernel/core_pattern'];
    const attempts = ['$HOME/x', '/tmp/x', ...targets].map(
      (path) => `{ true >> ${path}; } 2>/dev/null && echo "opened ${path}"`,
    );
    await run(['sh', '-c', [...attempts, 'umount /proc && echo unmounted', 'echo over'].join('; ')], {
      sandbox,
    });
    const transcript = readFileSync(directory(request(['x']).runId).transcript, 'utf8');
    expect(transcript.split('\n').filter((line) => /^(opened|unmounted|over)/.test(line))).toEqual([
      `opened ${workspace}/home/x`,
      'opened /tmp/x',
      'over',
    ]);
  },
);
