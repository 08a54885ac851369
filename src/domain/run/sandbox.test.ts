import { expect, test } from 'vitest';

import { sandboxArgv } from './sandbox.ts';

const view = {
  workingDirectory: '/w/repo',
  hasNetwork: true,
  emptyDirectories: ['/tmp'],
  hiddenDirectories: ['/srv/reeve', '/shown'],
  hiddenFiles: ['/etc/app.pem'],
  readablePaths: ['/shown', '/srv/reeve/mirrors/7.git/objects'],
  writablePaths: ['/w/repo'],
};
const argv = ['agent', '--', '$(id)'] as const;

test('bwrap: nothing, then everything read-only, then the exceptions in an order in which later ones win', () => {
  const [program, ...args] = sandboxArgv('bwrap', [...argv], view, true);
  expect(program).toBe('bwrap');
  const text = args.join(' ');
  const order = [
    '--ro-bind / /',
    '--proc /proc',
    '--ro-bind-try /proc/sys /proc/sys',
    '--tmpfs /tmp --tmpfs /srv/reeve',
    '--ro-bind /dev/null /etc/app.pem',
    '--ro-bind /srv/reeve/mirrors/7.git/objects /srv/reeve/mirrors/7.git/objects',
    '--bind /w/repo /w/repo',
    '--remount-ro /srv/reeve --chdir /w/repo -- agent -- $(id)',
  ].map((part) => text.indexOf(part));
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((one, other) => one - other));
  expect(args).toEqual(expect.arrayContaining(['--die-with-parent', '--unshare-pid', '--unshare-ipc', '--cap-drop']));
});

test.each([
  [true, ['setpriv', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--', ...argv]],
  [false, [...argv]],
])('pid-namespace: an init of its own, and no capabilities (root: %s)', (isRoot, tail) => {
  const command = sandboxArgv('pid-namespace', [...argv], view, isRoot);
  expect(command.slice(-tail.length)).toEqual(tail);
  expect(command.includes('--map-current-user')).toBe(!isRoot);
  expect(command).toEqual(expect.arrayContaining(['unshare', '--kill-child', '--mount-proc']));
});

test('none: the command as it is', () => {
  expect(sandboxArgv('none', [...argv], view, true)).toEqual(argv);
});
