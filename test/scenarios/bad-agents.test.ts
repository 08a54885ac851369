import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { agentOf, startReeve } from '../reeve.ts';

const withArgument = (agent: string, ...args: string[]): string[] => [...agentOf(agent), ...args];

const settings = {
  ...{ REEVE_OUTPUT_MB: '5', REEVE_RUN_MEMORY_MB: '300', REEVE_RUN_PROCESSES: '60', REEVE_RUN_DISK_MB: '100' },
};

test.each([
  ['writes garbage', withArgument('agent-that-writes-garbage', 'text'), 'could not be read'],
  ['writes bytes that are no text', withArgument('agent-that-writes-garbage', 'bytes'), 'could not be read'],
  ['changes nothing', 'agent-that-does-nothing', 'ended without changing anything', 'Nothing to change'],
  ['prints a gigabyte', withArgument('agent-that-floods'), 'wrote more output than is allowed'],
  ['floods its typed outputs', withArgument('agent-that-floods', 'outputs'), 'wrote more output than is allowed'],
  ['uses too much memory', withArgument('agent-that-hogs', 'memory'), 'used more memory than is allowed'],
  [
    'starts too many processes',
    withArgument('agent-that-hogs', 'processes'),
    'started more processes than are allowed',
  ],
  ['fills the disk', withArgument('agent-that-hogs', 'disk'), 'filled more of the disk than is allowed'],
  ['forges a marker', 'agent-that-forges-a-marker', 'imitated one of our hidden markers'],
])(
  'an agent that %s: one classified failure on one card, and nothing else',
  async (_, agent, why, headline = 'Failed') => {
    const reeve = await startReeve({ agent, settings });
    await reeve.ada.labels(1);
    await reeve.untilLabel(1, 'reeve:failed');
    await reeve.until(() => reeve.card(1).includes(`### Reeve · ${headline}`), 'the card that says failed');
    expect(reeve.card(1)).toContain(why);
    await reeve.until(() => reeve.workspaces().length === 0, 'the workspace to go');
    await reeve.calm();
    expect(reeve.thread(1).comments).toHaveLength(1);
    expect(await reeve.pulls()).toEqual([]);
    expect(reeve.git('branch', '--list')).toBe('* main');
    expect(await reeve.verify()).toMatchObject({ sessions: [{ state: 'failed', runs: 1 }] });
  },
);

test('an agent that fails: it goes on once where it was, and then it is one classified failure on one card', async () => {
  const reeve = await startReeve({ agent: 'agent-that-fails' });
  await reeve.ada.labels(1);
  await reeve.until(() => reeve.card(1).includes('It goes on where it was, this one time by itself'), 'the second try');
  await reeve.untilLabel(1, 'reeve:failed');
  await reeve.until(() => reeve.card(1).includes('### Reeve · Failed'), 'the card that says failed');
  expect(reeve.card(1)).toContain('ended with an error before its work was done');
  await reeve.until(() => reeve.workspaces().length === 0, 'the workspace to go');
  await reeve.calm();
  expect(reeve.thread(1).comments).toHaveLength(1);
  expect(await reeve.verify()).toMatchObject({ sessions: [{ state: 'failed', runs: 2 }] });
  const [first, second] = reeve.runs().map((run) => {
    const [line = ''] = readFileSync(join(reeve.home, 'runs', run, 'request.json'), 'utf8').split('\n');
    return JSON.parse(line) as Record<string, unknown>;
  });
  const { conversationId, workspacePath } = first ?? {};
  expect([first, second]).toMatchObject([{ isResume: false }, { isResume: true, conversationId, workspacePath }]);
});

test('work on a protected path is refused as a whole', async () => {
  const reeve = await startReeve({ agent: 'agent-that-changes-a-protected-path' });
  await reeve.ada.labels(1);
  await reeve.untilLabel(1, 'reeve:failed');
  await reeve.until(() => reeve.card(1).includes('The changes break the rules of this repository'), 'the reason');
  expect(reeve.card(1)).toContain('".github/workflows/release.yml" is protected');
  expect(await reeve.pulls()).toEqual([]);
  expect(reeve.git('branch', '--list')).toBe('* main');
  expect(reeve.thread(1).comments).toHaveLength(1);
});

test('a link out of the tree is held until a person has seen it', async () => {
  const reeve = await startReeve({ agent: 'agent-that-links-out-of-the-tree' });
  for (const issue of [1, 2]) {
    await reeve.ada.labels(issue);
    await reeve.untilLabel(issue, 'reeve:waiting');
    await reeve.until(
      () =>
        reeve
          .questions(issue)[0]
          ?.body.includes('"names.txt" is a symbolic link that points out of the repository, to '),
      'the question',
    );
    expect(reeve.card(issue)).toContain('### Reeve · Waiting for a person to look');
    expect(reeve.git('branch', '--list')).not.toContain(`reeve/${issue}-`);
  }
  await reeve.as('mallory').comments(1, 'a');
  await reeve.ada.comments(1, 'a');
  await reeve.untilLabel(1, 'reeve:review');
  const pull = await reeve.until(() => reeve.pull(1), 'the pull request');
  expect(reeve.git('show', `${pull.head.ref}:names.txt`)).toBe('/etc/passwd');

  await reeve.ada.comments(2, 'b');
  await reeve.untilLabel(2, null);
  await reeve.until(() => reeve.card(2).includes('### Reeve · Stopped'), 'the card that says stopped');
  await reeve.until(() => reeve.workspaces().length === 1, 'the workspace to go');
  expect(reeve.git('branch', '--list')).not.toContain('reeve/2-');
  expect(await reeve.pulls()).toHaveLength(1);
});
