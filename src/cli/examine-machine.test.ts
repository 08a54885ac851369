import { expect, test } from 'vitest';

import { judgeCgroups, judgeDisk, judgeNamespaces, judgeNetwork, judgeTmux } from './examine-machine.ts';

const facts = { isRoot: false, userNamespacesMax: 15_000, unprivileged: 1, apparmorRestricts: 0 };

test.each([
  [facts, true, 'ok', /can make what it needs/],
  [{ ...facts, userNamespacesMax: 0 }, false, 'warn', /max_user_namespaces/],
  [{ ...facts, unprivileged: 0 }, false, 'warn', /unprivileged_userns_clone=1/],
  [{ ...facts, apparmorRestricts: 1 }, false, 'warn', /AppArmor/],
  [{ ...facts, unprivileged: 0, isRoot: true }, false, 'ok', /container/],
  [{ isRoot: false, userNamespacesMax: null, unprivileged: null, apparmorRestricts: null }, false, 'ok', /nothing/],
])('namespaces: %j', (seen, works, verdict, says) => {
  expect(judgeNamespaces(seen, works)).toEqual({ name: 'user namespaces', verdict, says: expect.stringMatching(says) });
});

test.each([
  [true, 'bwrap', undefined, 'ok', /usual model APIs/],
  [true, 'bwrap', 'none', 'ok', /reach nothing/],
  [true, 'bwrap', 'a.example', 'ok', /what REEVE_NETWORK lists/],
  [true, 'bwrap', 'open', 'warn', /as REEVE_NETWORK asks/],
  [false, 'bwrap', 'auto', 'warn', /no network of its own/],
  [true, 'pid-namespace', 'auto', 'warn', /pid-namespace cannot limit it/],
  [true, 'pid-namespace', 'none', 'mend', /set REEVE_NETWORK=open/],
])('network: %s in %s, wanted %s', (...[canLimit, sandbox, wanted, verdict, says]) => {
  expect(judgeNetwork(canLimit, sandbox, wanted)).toEqual({
    name: 'network',
    verdict,
    says: expect.stringMatching(says),
  });
});

test('tmux matters only where it is asked for, and cgroups nowhere', () => {
  expect(judgeTmux('tmux 3.3a\n')).toEqual({ name: 'tmux', verdict: 'ok', says: 'tmux 3.3a' });
  expect(judgeTmux(null)).toMatchObject({ verdict: 'ok' });
  expect(judgeTmux(null, 'tmux')).toMatchObject({ verdict: 'warn', says: expect.stringContaining('install tmux') });
  expect([judgeCgroups(null), judgeCgroups('cpu memory pids\n')]).toMatchObject([
    { verdict: 'ok', says: expect.stringContaining('not needed') },
    { verdict: 'ok', says: 'cpu memory pids' },
  ]);
});

test.each([
  [1e8, 'mend'],
  [1e9, 'warn'],
  [1e10, 'ok'],
])('%d bytes free: %s', (free, verdict) => {
  expect(judgeDisk(free, 256e6, '/srv/reeve')).toMatchObject({ verdict });
});
