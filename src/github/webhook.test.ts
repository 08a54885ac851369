import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { parseDelivery } from './webhook.ts';

const directory = 'fixtures/payloads';
const texts = new Map(
  readdirSync(directory).map((file) => [file.replace(/\.json$/, ''), readFileSync(join(directory, file), 'utf8')]),
);
const payload = (name: string): string => texts.get(name)!;
const eventOf = (name: string): string => name.split('.')[0]!;
const parse = (name: string) => parseDelivery(eventOf(name), payload(name));

/** A real payload with one thing changed. */
function changed(name: string, path: readonly string[], value: unknown): string {
  const body = JSON.parse(payload(name));
  let part = body;
  for (const key of path.slice(0, -1)) part = part[key];
  part[path.at(-1)!] = value;
  return JSON.stringify(body);
}

const repository = {
  id: 186853002,
  owner: 'Codertocat',
  name: 'Hello-World',
  defaultBranch: 'master',
  installationId: 2311213,
};
const sender = { id: 21031067, login: 'Codertocat', isBot: false };
const issue = { number: 1, title: 'Spelling error in the README file', isOpen: true };

describe('a real payload becomes an event', () => {
  test.each([
    ['issues.labeled', { repository, sender, kind: 'issue-labeled', issue, label: 'bug' }],
    ['issues.closed', { repository, sender, kind: 'issue-closed', issue: { ...issue, isOpen: false } }],
    [
      'issue_comment.created',
      {
        repository: { ...repository, installationId: 1 },
        sender,
        kind: 'comment-created',
        onNumber: 1,
        isPull: false,
        comment: {
          id: 492700400,
          body: "You are totally right! I'll get this fixed right away.",
          author: sender,
          createdAt: Date.parse('2019-05-15T15:20:21Z'),
        },
      },
    ],
    [
      'pull_request.closed-merged',
      {
        repository: { ...repository, installationId: 1 },
        sender,
        kind: 'pull-closed',
        pullNumber: 2,
        isMerged: true,
        mergedBy: { id: 21031067, login: 'Codertocat' },
      },
    ],
    [
      'check_run.requested_action',
      {
        repository: {
          id: 9384267,
          owner: 'electron',
          name: 'electron',
          defaultBranch: 'master',
          installationId: 690857,
        },
        sender: { id: 2036040, login: 'codebytere', isBot: false },
        kind: 'check-action-requested',
        headSha: '5bd5f196a46b8222fb7484f05faba41a73cf34bd',
        externalId: '4-2-1',
        action: 'lgtm|26764',
      },
    ],
  ])('%s', (name, event) => expect(parse(name)).toEqual({ kind: 'event', event }));

  test.each([
    ['installation.created', 'created'],
    ['installation.deleted', 'deleted'],
    ['installation.suspend', 'suspended'],
    ['installation.unsuspend', 'unsuspended'],
  ])('%s', (name, change) => {
    const installationId = expect.any(Number) as number;
    expect(parse(name)).toEqual({ kind: 'event', event: { kind: 'installation-changed', installationId, change } });
  });

  test.each(['added', 'removed'])('installation_repositories.%s', (change) => {
    const repositoryIds = expect.arrayContaining([expect.any(Number)]) as number[];
    expect(parse(`installation_repositories.${change}`)).toMatchObject({
      event: { kind: 'selection-changed', installationId: expect.any(Number) as number, change, repositoryIds },
    });
  });

  test.each(['renamed', 'transferred', 'archived', 'unarchived', 'deleted', 'edited'])('repository.%s', (change) => {
    expect(parse(`repository.${change}`)).toMatchObject({ event: { kind: 'repository-changed', change } });
  });

  test.each([
    ['issues.transferred', { kind: 'issue-gone', why: 'issue-transferred' }],
    ['issues.deleted', { kind: 'issue-gone', why: 'issue-deleted' }],
    ['issues.locked', { kind: 'issue-lock-changed' }],
    ['issues.unlocked', { kind: 'issue-lock-changed' }],
  ])('%s', (name, event) => {
    expect(parse(name)).toMatchObject({ event: { ...event, issue: { number: expect.any(Number) as number } } });
  });

  test('a comment on a pull request is known for one', () => {
    expect(parse('issue_comment.created-on-pull')).toMatchObject({ event: { isPull: true, onNumber: 1 } });
  });

  test('a pull request closed without merging', () => {
    expect(parse('pull_request.closed')).toMatchObject({ event: { isMerged: false, mergedBy: null } });
  });

  test('a check run or a whole suite asked for again', () => {
    expect(parse('check_run.rerequested')).toMatchObject({
      event: { kind: 'check-rerequested', headSha: 'd6fde92930d4715a2b49857d24b940956b26d2d3', externalId: '4-2-1' },
    });
    expect(parse('check_suite.rerequested')).toMatchObject({
      event: {
        kind: 'check-rerequested',
        headSha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
        externalId: null,
        sender: { isBot: true },
      },
    });
  });
});

describe('is uninteresting', () => {
  test.each([['push', 'Reeve does not act on this event and action.']])('%s', (name, why) =>
    expect(parse(name)).toEqual({ kind: 'uninteresting', why }),
  );

  test.each(['', 'payload=%7B%7D', 'null', '[]', '"x"', '1', '{"action":', '['.repeat(100_000)])(
    'a body like %.20j',
    (body) => {
      expect(parseDelivery('issues', body)).toEqual({ kind: 'uninteresting', why: 'The body is not a JSON object.' });
    },
  );

  test.each([
    ['issues', '{"action":1}'],
    ['issues', '{"action":"__proto__"}'],
    ['constructor', '{"action":"name"}'],
    ['toString', '{}'],
  ])('event %s with %s', (event, body) => expect(parseDelivery(event, body).kind).toBe('uninteresting'));

  test.each<[string, readonly string[], unknown]>([
    ['issues.labeled', ['label'], undefined],
    ['issues.labeled', ['installation'], undefined],
    ['issues.labeled', ['issue', 'number'], '1'],
    ['issues.labeled', ['issue', 'number'], 1.5],
    ['issues.labeled', ['issue', 'state'], 'ajar'],
    ['issues.labeled', ['sender'], null],
    ['issues.labeled', ['repository', 'name'], '..'],
    ['issues.labeled', ['repository', 'name'], 'a/b'],
    ['issues.labeled', ['repository', 'owner', 'login'], '--upload-pack=x'],
    ['issues.labeled', ['repository', 'default_branch'], '--force'],
    ['issues.labeled', ['repository', 'default_branch'], 'a..b'],
    ['issues.labeled', ['repository', 'default_branch'], 'a\nb'],
    ['issue_comment.created', ['comment', 'user'], null],
    ['issue_comment.created', ['comment', 'body'], null],
    ['pull_request.closed', ['pull_request', 'merged'], null],
    ['check_run.rerequested', ['check_run', 'head_sha'], 'HEAD'],
    ['installation.suspend', ['installation'], null],
    ['installation.deleted', ['installation', 'id'], '7'],
    ['installation_repositories.removed', ['repositories_removed'], {}],
    ['installation_repositories.added', ['repositories_added'], [{ id: -1 }]],
    ['repository.renamed', ['repository', 'name'], '../x'],
    ['repository.transferred', ['installation'], undefined],
    ['issues.transferred', ['issue'], null],
    ['issues.locked', ['issue', 'number'], 0],
  ])('%s with %j = %j', (name, path, value) => {
    const parsed = parseDelivery(eventOf(name), changed(name, path, value));
    expect(parsed).toMatchObject({ kind: 'uninteresting', why: expect.stringContaining(path[0]!) });
  });

  test('the reason repeats nothing of the payload', () => {
    const parsed = parseDelivery('issues', changed('issues.labeled', ['repository', 'name'], 'tooth/fairy'));
    expect(parsed).toEqual({
      kind: 'uninteresting',
      why: 'The payload is not as GitHub documents it: repository.name (invalid_format).',
    });
  });
});

test.each(['main', 'release/2.x', 'feature/ünïcode', 'a-b_c', 'v1.0', '@x', "it's"])(
  '%s is taken for a branch',
  (name) => {
    const body = changed('issues.labeled', ['repository', 'default_branch'], name);
    expect(parseDelivery('issues', body)).toMatchObject({ event: { repository: { defaultBranch: name } } });
  },
);

test('titles, labels and comments stay byte for byte what they were', () => {
  const text = '$(id) `x` \u202e <!-- --> \n --flag';
  expect(parseDelivery('issues', changed('issues.labeled', ['label', 'name'], text))).toMatchObject({
    event: { label: text },
  });
  expect(parseDelivery('issues', changed('issues.labeled', ['issue', 'title'], text))).toMatchObject({
    event: { issue: { title: text } },
  });
});

test('no text of 25 MB gets as far as whoever looks through comments', () => {
  const long = changed('issue_comment.created', ['comment', 'body'], 'x'.repeat(1_000_000));
  expect(parseDelivery('issue_comment', long)).toMatchObject({
    kind: 'uninteresting',
    why: expect.stringContaining('body'),
  });
});

/** What every App hears of, asked or not; GitHub refuses to be asked for it. */
const unasked: readonly string[] = ['installation', 'installation_repositories'];

test('the manifest asks for exactly the events that are acted on', () => {
  const manifest = readFileSync('app.yml', 'utf8');
  const asked = [...manifest.slice(manifest.indexOf('default_events:')).matchAll(/^ {2}- (\w+)$/gm)].map(
    ([, name]) => name,
  );
  const actedOn = [...texts.keys()].filter((name) => parse(name).kind === 'event').map(eventOf);
  expect(new Set(asked)).toEqual(new Set(actedOn.filter((name) => !unasked.includes(name))));
});
