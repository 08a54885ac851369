import { expect, test } from 'vitest';

import { keep, only, portsWith, repository } from '../../test/ports.ts';
import { finished, granted, judged, launched, mona, published, story } from '../../test/sessions.ts';
import { RefusedError } from '../github/errors.ts';
import type { IssueFacts, PullFacts } from '../github/github.ts';
import { hearIssueClosed, hearPullClosed } from './hear-closed.ts';

const same = { repository, sender: { ...mona, isBot: false } };
const issueClosed = { ...same, kind: 'issue-closed', issue: { number: 7, title: 'Owls', isOpen: false } } as const;
const pullClosed = { ...same, kind: 'pull-closed', pullNumber: 9, isMerged: false, mergedBy: null } as const;
const inReview = [granted, launched(), finished('Done.'), judged(), published()] as const;
const gone = () => Promise.reject(new RefusedError('404', { status: 404 }));

test.each([
  ['open again', async () => only<IssueFacts>('issue', { isOpen: true }), 'working'],
  ['still closed', async () => only<IssueFacts>('issue', { isOpen: false }), 'stopped'],
  ['gone', gone, 'stopped'],
])('a late word that the issue was closed, and it is %s', async (_, issue, state) => {
  const { ports, store } = await portsWith({ github: { issue } });
  const id = await keep(ports, story(granted, launched()));
  await hearIssueClosed(ports, issueClosed, 'delivery:1');
  expect(await store.sessions.get(id)).toMatchObject({ state });
});

test.each([
  ['open again', async () => only<PullFacts>('pull', { isOpen: true, isMerged: false }), 'reviewing'],
  ['still closed', async () => only<PullFacts>('pull', { isOpen: false, isMerged: false }), 'stopped'],
  ['merged since', async () => only<PullFacts>('pull', { isOpen: false, isMerged: true }), 'done'],
  ['gone', gone, 'stopped'],
])('a late word that the pull request was closed, and it is %s', async (_, pull, state) => {
  const { ports, store } = await portsWith({ github: { pull } });
  const id = await keep(ports, story(...inReview));
  await hearPullClosed(ports, pullClosed, 'delivery:1');
  expect(await store.sessions.get(id)).toMatchObject({ state });
});
