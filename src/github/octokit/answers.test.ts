import type nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { API, NOW, scriptGitHub, unusedAnswers, type Scripted } from '../../../test/scripted-github.ts';
import { TransientError } from '../../lib/errors.ts';
import type { GitHub, RepositoryRef } from '../github.ts';
import { cloneUrl } from './git-access.ts';

const mona = { id: 11, login: 'mona' };

let scripted: Scripted;
const open = (apiUrl?: string): GitHub => scripted.open(apiUrl);
const api = (): nock.Scope => scripted.api();
const mintsTokens = (...tokens: string[]): void => scripted.mintsTokens(...tokens);
let repository: RepositoryRef;

beforeEach(() => {
  scripted = scriptGitHub();
  ({ repository } = scripted);
});

afterEach(() => {
  const unused = unusedAnswers();
  if (unused.length > 0) throw new Error(`These calls never came: ${unused.join(', ')}`);
});

/** The installations of the App. */
const lists = (installations: object[]): void =>
  void api().get('/app/installations').query({ per_page: '100' }).reply(200, installations);

describe('permission', () => {
  const answers = (status: number, body: nock.Body): void => {
    mintsTokens('t1');
    api().get('/repos/acme/shop/collaborators/mona/permission').reply(status, body);
  };

  it.each([
    ['write', 'maintain', 'maintain'],
    ['read', 'triage', 'triage'],
    ['write', 'release-captain', 'write'],
    ['none', 'none', 'none'],
    ['owner', 'owner', 'none'],
  ])('%s with the role %s is %s', async (permission, role_name, expected) => {
    answers(200, { permission, role_name, user: { id: 11, login: 'mona' } });
    expect(await open().permissionOf(repository, mona)).toBe(expected);
  });

  it('of a login that somebody else has taken is none', async () => {
    answers(200, { permission: 'admin', role_name: 'admin', user: { id: 666, login: 'mona' } });
    expect(await open().permissionOf(repository, mona)).toBe('none');
  });

  it('of somebody GitHub does not know is none', async () => {
    answers(404, { message: 'Not Found' });
    expect(await open().permissionOf(repository, mona)).toBe('none');
  });

  it.each([403, 500, 429])('is not guessed when GitHub answers %i', async (status) => {
    answers(status, { message: 'No' });
    await expect(open().permissionOf(repository, mona)).rejects.toThrow(/collaborators/);
  });
});

describe('comments', () => {
  const people = { id: 11, login: 'mona', type: 'User' };
  const us = { id: 900, login: 'reeve[bot]', type: 'Bot' };
  const said = (id: number, user: object | null, body = `number ${id}`): object => ({
    ...{ id, user, body },
    created_at: '2026-11-20T09:00:00Z',
  });
  const pages = (number: number, ...contents: object[][]): void => {
    contents.forEach((content, index) => {
      const link = `<${API}/x?per_page=100&page=${contents.length}>; rel="last"`;
      api()
        .get(`/repos/acme/shop/issues/${number}/comments`)
        .query({ per_page: '100', page: String(index + 1) })
        .reply(200, content, index + 1 < contents.length ? { link } : {});
    });
  };
  const knowsUs = (): void => {
    lists([{ id: repository.installationId, app_slug: 'reeve' }]);
    api().get('/users/reeve%5Bbot%5D').matchHeader('authorization', 'token t1').reply(200, us);
  };
  const fill = (from: number, count: number): object[] =>
    Array.from({ length: count }, (_, index) => said(from + index, people));

  it('are read to the end, and the account of somebody who left is a ghost', async () => {
    mintsTokens('t1');
    pages(7, fill(1, 100), [said(101, null)]);
    const all = await open().comments(repository, 7);
    expect(all.map(({ id }) => id)).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
    expect(all.at(-1)).toMatchObject({ author: { login: 'ghost', isBot: false } });
  });

  it('say what their authors are to the repository; whoever is new, or unknown to us, has no part in it yet', async () => {
    mintsTokens('t1');
    const names = ['OWNER', 'MEMBER', 'CONTRIBUTOR', 'FIRST_TIME_CONTRIBUTOR', 'MANNEQUIN', 'NONE'];
    pages(7, [...names.map((name, at) => ({ ...said(at + 1, people), author_association: name })), said(9, people)]);
    const all = await open().comments(repository, 7);
    expect(all.map(({ author }) => author.standing)).toEqual([
      'owner',
      'member',
      'contributor',
      'none',
      'none',
      'none',
      'none',
    ]);
  });

  it('are bounded: the newest count', async () => {
    mintsTokens('t1');
    const [first, , ...rest] = Array.from({ length: 6 }, (_, index) => fill(index * 100 + 1, index === 5 ? 50 : 100));
    const link = `<${API}/x?per_page=100&page=6>; rel="last"`;
    [first!, ...rest].forEach((content, index) => {
      const page = index === 0 ? 1 : index + 2;
      api()
        .get('/repos/acme/shop/issues/7/comments')
        .query({ per_page: '100', page: String(page) })
        .reply(200, content, { link });
    });
    const all = await open().comments(repository, 7);
    expect([all.length, all[0]?.id, all.at(-1)?.id]).toEqual([300, 251, 550]);
  });

  it('are found by their marker, if they are ours', async () => {
    mintsTokens('t1');
    knowsUs();
    pages(
      7,
      [...fill(1, 97), said(98, people, '<!-- m --> copied'), said(99, us, 'quoted <!-- m -->'), said(100, null)],
      [
        { ...said(101, us, '<!-- m --> Card'), performed_via_github_app: { id: 1 } },
        { ...said(102, us, '<!-- m --> By hand'), performed_via_github_app: { id: 2 } },
        said(103, us, '<!-- m --> Again'),
      ],
    );
    expect((await open().findComments(repository, 7, '<!-- m -->')).map(({ id }) => id)).toEqual([101, 103]);
  });

  it('are not found when only somebody else wrote the marker', async () => {
    mintsTokens('t1');
    knowsUs();
    pages(7, [said(1, people, '<!-- m -->'), said(2, us, 'another')]);
    expect(await open().findComments(repository, 7, '<!-- m -->')).toEqual([]);
  });

  it.each([404, 410])('that are gone (%i) cannot be updated', async (status) => {
    mintsTokens('t1');
    api().patch('/repos/acme/shop/issues/comments/55', { body: 'New' }).reply(status, { message: 'Gone' });
    expect(await open().updateComment(repository, 55, 'New')).toBe('gone');
  });
});

it('asks again who we are after a failure, and then never more', async () => {
  api().get('/app/installations').query({ per_page: '100' }).reply(500, {});
  lists([]);
  api().get('/app').reply(200, { slug: 'reeve' });
  api().get('/users/reeve%5Bbot%5D').reply(200, { id: 900, login: 'reeve[bot]' });
  const github = open();
  await expect(github.me()).rejects.toThrow(TransientError);
  const expected = { id: 900, login: 'reeve[bot]', appId: 1 };
  expect([await github.me(), await github.me()]).toEqual([expected, expected]);
});

it('asks who we are as the oldest installation that works, whichever was used before', async () => {
  mintsTokens('t1'); // of the installation of our repository, which is neither
  api().get('/repos/acme/shop/collaborators/mona/permission').reply(404, {});
  const oldest = repository.installationId - 2;
  const named = (id: number, more = {}) => ({ id, app_slug: 'reeve', ...more });
  const suspended = named(oldest - 1, { suspended_at: '2026-11-20T09:00:00Z' });
  lists([named(repository.installationId), named(oldest), suspended]);
  const expires_at = new Date(NOW + 3_600_000).toISOString();
  api().post(`/app/installations/${oldest}/access_tokens`).reply(201, { token: 't2', expires_at, permissions: {} });
  api()
    .get('/users/reeve%5Bbot%5D')
    .matchHeader('authorization', 'token t2')
    .reply(200, { id: 900, login: 'reeve[bot]' });
  const github = open();
  await github.permissionOf(repository, mona);
  expect(await github.me()).toMatchObject({ id: 900 });
});

describe('labels', () => {
  const look = { name: 'reeve:ready', color: '1d76db', description: 'Work on this' };

  it.each([
    ['that nobody has given a look get ours', { color: 'ededed', description: null }, 200],
    ['that are gone again meanwhile need none', { color: 'ededed', description: null }, 404],
    ['that people gave another colour keep it', { color: 'bada55', description: null }, null],
    ['that people described keep that', { color: 'ededed', description: 'Ours' }, null],
  ])('%s', async (_, shown, patched) => {
    mintsTokens('t1');
    const labels = [{ name: 'bug' }, { name: 'reeve:ready', ...shown }];
    api()
      .post('/repos/acme/shop/issues/7/labels', { labels: ['reeve:ready'] })
      .reply(200, labels);
    if (patched !== null) {
      const { color, description } = look;
      api().patch('/repos/acme/shop/labels/reeve%3Aready', { color, description }).reply(patched, look);
    }
    expect(await open().addLabel(repository, 7, look)).toEqual(['bug', 'reeve:ready']);
  });

  it('that two issues get in the same moment, so that GitHub makes one twice, are added once it is there', async () => {
    mintsTokens('t1');
    const errors = [{ resource: 'Label', code: 'already_exists', field: 'name' }];
    const add = () => api().post('/repos/acme/shop/issues/7/labels', { labels: ['reeve:ready'] });
    add().reply(422, { message: 'Validation Failed', errors });
    add().reply(200, [look]);
    const github = open();
    expect(await github.addLabel(repository, 7, look)).toEqual(['reeve:ready']);
    // What GitHub refuses for another reason is not sent again.
    add().reply(422, { message: 'Validation Failed', errors: [{ ...errors[0], code: 'invalid' }] });
    await expect(github.addLabel(repository, 7, look)).rejects.toThrow('invalid');
  });

  it('that are not there need not be removed', async () => {
    mintsTokens('t1');
    api().delete('/repos/acme/shop/issues/7/labels/reeve%3Aready').reply(404, { message: 'Label does not exist' });
    await expect(open().removeLabel(repository, 7, 'reeve:ready')).resolves.toBeUndefined();
  });
});

describe('a pull request', () => {
  const pull = (number: number, ref = 'reeve/7-x', repo: object | null = { id: 5 }): object => ({
    ...{ number, state: 'open', merged_at: null, html_url: 'https://github.test/p' },
    head: { ref, sha: 'a'.repeat(40), repo },
  });

  it('is found among those of our branch in our repository, the newest first', async () => {
    mintsTokens('t1');
    api()
      .get('/repos/acme/shop/pulls')
      .query((query) => query['head'] === 'acme:reeve/7-x' && query['state'] === 'all')
      .reply(200, [pull(3), pull(9, 'other'), pull(4), pull(8, 'reeve/7-x', { id: 6 }), pull(7, 'reeve/7-x', null)]);
    expect(await open().findPull(repository, 'reeve/7-x')).toMatchObject({ number: 4 });
  });

  it('is opened ready where drafts are not to be had', async () => {
    mintsTokens('t1');
    const wanted = { title: 'T', body: 'B', head: 'reeve/7-x', base: 'main' };
    api()
      .post('/repos/acme/shop/pulls', { ...wanted, draft: true })
      .reply(422, { message: 'Draft pull requests are not supported in this repository.' });
    api()
      .post('/repos/acme/shop/pulls', { ...wanted, draft: false })
      .reply(201, pull(3));
    expect(await open().createPull(repository, { ...wanted, isDraft: true })).toMatchObject({ number: 3 });
  });
});

describe('git access', () => {
  it('is for one repository and one purpose, and new when the kept token is about to end', async () => {
    const scope = { repository_ids: [5], permissions: { contents: 'write' } };
    for (const [token, lifeMs] of [
      ['old', 5 * 60_000],
      ['new', 3_600_000],
    ] as const) {
      api()
        .post(`/app/installations/${repository.installationId}/access_tokens`, scope)
        .reply(201, { token, expires_at: new Date(NOW + lifeMs).toISOString(), permissions: scope.permissions });
    }
    expect(await open().gitAccess(repository, 'write')).toEqual({
      url: `${API}/acme/shop.git`,
      authorization: `Basic ${Buffer.from('x-access-token:new').toString('base64')}`,
    });
  });

  it.each([
    ['https://api.github.com', 'https://github.com/acme/shop.git'],
    ['https://api.github.com/', 'https://github.com/acme/shop.git'],
    ['https://api.acme.ghe.com', 'https://acme.ghe.com/acme/shop.git'],
    ['https://git.acme.example/api/v3', 'https://git.acme.example/acme/shop.git'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000/acme/shop.git'],
  ])('the API at %s has its git at %s', (apiUrl, url) => {
    expect(cloneUrl(apiUrl, { owner: 'acme', name: 'shop' })).toBe(url);
  });
});
