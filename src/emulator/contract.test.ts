import { describe, expect, test } from 'vitest';

import { loadContract } from './contract.ts';

const contract = loadContract();
const repo = '/repos/octo/hello';

function request(method: string, target: string, body?: unknown): readonly string[] {
  const [path = '', query = ''] = target.split('?');
  return contract.requestProblems({ method, path, query: new URLSearchParams(query), body });
}

describe('finds the operation', () => {
  test.each([
    ['GET', `${repo}/issues/7/comments`, '/repos/{owner}/{repo}/issues/{issue_number}/comments'],
    ['GET', `${repo}/issues/comments/7`, '/repos/{owner}/{repo}/issues/comments/{comment_id}'],
    ['GET', `${repo}/contents/docs/a.md`, '/repos/{owner}/{repo}/contents/{path}'],
    ['GET', `${repo}/git/ref/heads/a/b`, '/repos/{owner}/{repo}/git/ref/{ref}'],
    ['GET', `${repo}/commits/heads/a/check-runs`, '/repos/{owner}/{repo}/commits/{ref}/check-runs'],
    ['GET', `${repo}/compare/main...reeve/1-x`, '/repos/{owner}/{repo}/compare/{base}...{head}'],
    ['PATCH', `${repo}/check-suites/preferences`, '/repos/{owner}/{repo}/check-suites/preferences'],
    ['HEAD', repo, '/repos/{owner}/{repo}'],
  ])('%s %s', (method, path, template) => {
    expect(contract.operation(method, path)).toBe(template);
  });

  test('or says that there is none', () => {
    expect(contract.operation('POST', `${repo}/nothing`)).toBeNull();
    expect(request('POST', `${repo}/nothing`, {})).toHaveLength(1);
  });
});

const annotation = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'm' };

describe('requests', () => {
  test.each([
    ['POST', `${repo}/issues`, { title: 'A', labels: ['bug', { name: 'x' }] }],
    ['POST', `${repo}/issues/1/labels`, { labels: ['bug'] }],
    ['PATCH', `${repo}/issues/1`, { state: 'closed', state_reason: null }],
    [
      'POST',
      `${repo}/check-runs`,
      { name: 'n', head_sha: 's', output: { title: 't', summary: 's', annotations: [annotation] } },
    ],
    ['PATCH', `${repo}/check-runs/3`, { status: 'completed', conclusion: 'success' }],
    ['GET', `${repo}/issues?state=all&per_page=100&page=2`, undefined],
    ['POST', '/app/installations/3/access_tokens', undefined],
    ['POST', '/app/installations/3/access_tokens', { repository_ids: [1], permissions: { issues: 'write' } }],
    ['DELETE', `${repo}/issues/1/labels/reeve%3Aready`, undefined],
  ])('accepts %s %s', (method, target, body) => {
    expect(request(method, target, body)).toEqual([]);
  });

  test.each([
    ['a missing property', 'POST', `${repo}/check-runs`, { name: 'n' }, 'head_sha'],
    [
      'a value out of its enum',
      'POST',
      `${repo}/check-runs`,
      { name: 'n', head_sha: 's', conclusion: 'fine' },
      'conclusion',
    ],
    ['a misspelled property', 'POST', `${repo}/issues`, { title: 'A', boddy: 'x' }, 'boddy'],
    [
      'a misspelled property deep inside',
      'POST',
      `${repo}/check-runs`,
      {
        name: 'n',
        head_sha: 's',
        output: { title: 't', summary: 's', annotations: [{ ...annotation, startline: 1 }] },
      },
      'startline',
    ],
    [
      'too many annotations',
      'POST',
      `${repo}/check-runs`,
      { name: 'n', head_sha: 's', output: { title: 't', summary: 's', annotations: Array(51).fill(annotation) } },
      '50',
    ],
    ['an unknown query parameter', 'GET', `${repo}/issues?stat=all`, undefined, 'stat'],
    ['a bad query parameter', 'GET', `${repo}/issues?state=al`, undefined, 'state'],
    ['a path parameter that is not a number', 'GET', `${repo}/issues/seven`, undefined, 'issue_number'],
    ['a missing body', 'POST', `${repo}/issues`, undefined, 'missing'],
    ['a body where none belongs', 'POST', '/app/hook/deliveries/1/attempts', { x: 1 }, 'no body'],
  ])('refuses %s', (...[, method, target, body, named]) => {
    expect(request(method, target, body).join('\n')).toContain(named);
  });
});

describe('responses', () => {
  const label = { id: 1, node_id: 'x', url: 'http://a/b', name: 'n', description: null, color: 'fff', default: false };
  const answer = (status: number, body: unknown, method = 'GET') =>
    contract.responseProblems({ method, path: `${repo}/labels`, status, body });

  test('accepts a body that matches, with null where GitHub allows it', () => {
    expect(answer(200, [label])).toEqual([]);
    expect(answer(201, label, 'POST')).toEqual([]);
  });

  test('refuses a body that does not match', () => {
    expect(answer(200, [{ ...label, id: 'one', color: null }])).toEqual([
      'body.0.id: must be integer',
      'body.0.color: must be string',
    ]);
    expect(answer(200, undefined)).toEqual(['body: missing']);
  });

  test('knows the statuses that any operation may give, and their shape', () => {
    expect(answer(201, [label])).toEqual(['status 201 is not documented']);
    expect(answer(429, { message: 'slow down' })).toEqual([]);
    expect(answer(403, {})).toEqual(['an error body has a "message"']);
    expect(answer(304, undefined)).toEqual([]);
    expect(answer(304, [])).toEqual(['a 304 has no body']);
  });

  test('follows the references of shared answers', () => {
    expect(answer(404, { message: 'Not Found', documentation_url: 'x', status: '404' })).toEqual([]);
    expect(answer(404, { message: 1 })).toEqual(['body.message: must be string']);
  });
});

test('every schema of the contract compiles', () => {
  const status = (method: string, path: string, code: number) =>
    contract.responseProblems({ method, path, status: code, body: 'not an object' });
  for (const path of [
    '',
    '/pulls',
    '/issues/1',
    '/commits/a',
    '/check-suites/1',
    '/issues/1/timeline',
    '/branches/main',
  ]) {
    expect(status('GET', `${repo}${path}`, 200).length).toBeGreaterThan(0);
  }
});
