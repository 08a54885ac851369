import { beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../domain/people.ts';
import { RefusedError } from './errors.ts';
import { COMMENTS_MAX, type CheckContent, type GitHub, type NewPull, type RepositoryRef } from './github.ts';

/** A GitHub on which people can be made to act, with one repository where the App is installed. */
export type GitHubStage = {
  readonly github: GitHub;
  readonly repository: RepositoryRef;
  /** An open issue by `writer`, titled "The price is wrong", described and labelled `bug`. */
  readonly issueNumber: number;
  readonly writer: Person;
  readonly maintainer: Person;
  readonly triager: Person;
  readonly outsider: Person;
  /** Gives the comment's id. */
  readonly comment: (by: Person, number: number, body: string) => Promise<number>;
  readonly deleteComment: (id: number) => Promise<void>;
  /** A commit on a new branch by `writer`; gives its SHA. */
  readonly push: (branch: string) => Promise<string>;
  readonly merge: (pullNumber: number) => Promise<void>;
  readonly closePull: (pullNumber: number) => Promise<void>;
  /** Resolves once no delivery to our webhook, at which nobody listens, is under way. */
  readonly deliveriesSettled: () => Promise<void>;
  /** Whether git may push a new branch with this access, and read with it. */
  readonly tryGit: (access: {
    readonly url: string;
    readonly authorization: string;
  }) => Promise<'none' | 'read' | 'write'>;
};

/** What every implementation of the GitHub port must do. `open` gives a fresh stage for each test. */
export function describeGitHub(name: string, open: () => Promise<GitHubStage>): void {
  describe(`GitHub on ${name}`, () => {
    let stage: GitHubStage;
    beforeEach(async () => {
      stage = await open();
    });
    describePeople(() => stage);
    describeIssues(() => stage);
    describeLabels(() => stage);
    describePulls(() => stage);
    describeChecks(() => stage);
    describeDeliveries(() => stage);
    describeGit(() => stage);
  });
}

type Staged = () => GitHubStage;

function describePeople(stage: Staged): void {
  it('knows its own account', async () => {
    const { github } = stage();
    expect(await github.me()).toMatchObject({ login: expect.stringMatching(/\[bot\]$/) as string });
    expect(await github.me()).toEqual(await github.me());
  });

  it('tells what a person may do', async () => {
    const { github, repository, writer, maintainer, triager, outsider } = stage();
    const permissions = [writer, maintainer, triager, outsider].map((one) => github.permissionOf(repository, one));
    expect((await Promise.all(permissions)).slice(0, 3)).toEqual(['write', 'maintain', 'triage']);
    expect(['none', 'read']).toContain(await permissions[3]);
  });

  it('gives nothing to somebody else under a known login, and nothing to an unknown one', async () => {
    const { github, repository, writer } = stage();
    expect(await github.permissionOf(repository, { ...writer, id: 999_999_999 })).toBe('none');
    expect(await github.permissionOf(repository, { id: 999_999_999, login: 'nobody-has-this-login' })).toBe('none');
  });
}

function describeIssues(stage: Staged): void {
  it('reads an issue', async () => {
    const { github, repository, issueNumber, writer } = stage();
    const issue = await github.issue(repository, issueNumber);
    expect(issue).toMatchObject({ title: 'The price is wrong', isOpen: true, isPull: false, author: writer });
    expect(issue).toMatchObject({ number: issueNumber, labels: ['bug'], body: expect.any(String) as string });
  });

  it('refuses an issue that does not exist', async () => {
    const { github, repository } = stage();
    await expect(github.issue(repository, 404_404)).rejects.toThrow(RefusedError);
  });

  it('writes a comment, edits it, and finds it by its marker', async () => {
    const { github, repository, issueNumber } = stage();
    const marker = '<!-- marker-of-a-card -->';
    const id = await github.createComment(repository, issueNumber, `One\n\n${marker}`);
    expect(await github.updateComment(repository, id, `Two\n\n${marker}`)).toBe('updated');
    expect(await github.findComment(repository, issueNumber, marker)).toBe(id);
    const [comment] = await github.comments(repository, issueNumber);
    expect(comment).toMatchObject({ id, body: `Two\n\n${marker}`, author: { isBot: true } });
  });

  it('does not believe a marker that somebody else wrote', async () => {
    const { github, repository, issueNumber, writer, comment } = stage();
    await comment(writer, issueNumber, 'Mine <!-- marker-of-a-card -->');
    expect(await github.findComment(repository, issueNumber, '<!-- marker-of-a-card -->')).toBeNull();
  });

  it('says when a comment is gone', async () => {
    const { github, repository, issueNumber, deleteComment } = stage();
    const id = await github.createComment(repository, issueNumber, 'One');
    await deleteComment(id);
    expect(await github.updateComment(repository, id, 'Two')).toBe('gone');
  });

  it('reads comments beyond one page, oldest first, and finds one among them', async () => {
    const { github, repository, issueNumber, writer, comment } = stage();
    const first = await github.createComment(repository, issueNumber, 'Card <!-- early -->');
    for (let at = 1; at <= 110; at += 1) await comment(writer, issueNumber, `Remark ${at}`);
    const last = await github.createComment(repository, issueNumber, 'Card <!-- late -->');
    const comments = await github.comments(repository, issueNumber);
    expect(comments.length).toBe(112);
    expect(comments.length).toBeLessThanOrEqual(COMMENTS_MAX);
    expect(comments.slice(1, 3).map(({ body }) => body)).toEqual(['Remark 1', 'Remark 2']);
    expect(comments[1]).toMatchObject({ author: { ...writer, isBot: false } });
    expect(await github.findComment(repository, issueNumber, '<!-- early -->')).toBe(first);
    expect(await github.findComment(repository, issueNumber, '<!-- late -->')).toBe(last);
    expect(await github.findComment(repository, issueNumber, '<!-- never -->')).toBeNull();
  });

  it('refuses a comment that is too long', async () => {
    const { github, repository, issueNumber } = stage();
    await expect(github.createComment(repository, issueNumber, 'x'.repeat(70_000))).rejects.toThrow(RefusedError);
  });

  it('reacts to a comment, as often as it is told', async () => {
    const { github, repository, issueNumber, writer, comment } = stage();
    const id = await comment(writer, issueNumber, '/reeve status');
    await github.addReaction(repository, id, 'eyes');
    await expect(github.addReaction(repository, id, 'eyes')).resolves.toBeUndefined();
  });
}

function describeLabels(stage: Staged): void {
  const look = { name: 'reeve:working', color: '1d76db', description: 'An agent is at work' };

  it('adds and removes labels, and repeats both without harm', async () => {
    const { github, repository, issueNumber } = stage();
    await github.addLabel(repository, issueNumber, look);
    await github.addLabel(repository, issueNumber, look);
    expect([...(await github.labelsOf(repository, issueNumber))].toSorted()).toEqual(['bug', 'reeve:working']);
    await github.removeLabel(repository, issueNumber, look.name);
    await github.removeLabel(repository, issueNumber, look.name);
    expect(await github.labelsOf(repository, issueNumber)).toEqual(['bug']);
  });
}

function describePulls(stage: Staged): void {
  const branch = 'reeve/1-price';
  const wanted: NewPull = { title: 'Mend the price', body: 'Closes #1', head: branch, base: 'main', isDraft: true };

  it('opens a pull request once and finds it again', async () => {
    const { github, repository, push } = stage();
    const headSha = await push(branch);
    expect(await github.findPull(repository, branch)).toBeNull();
    const pull = await github.createPull(repository, wanted);
    expect(pull).toMatchObject({ headSha, isOpen: true, isMerged: false });
    expect(await github.findPull(repository, branch)).toEqual(pull);
    expect(await github.pull(repository, pull.number)).toEqual(pull);
    await expect(github.createPull(repository, wanted)).rejects.toThrow(RefusedError);
  });

  it('tells a merged one from a closed one', async () => {
    const { github, repository, push, merge, closePull } = stage();
    await push(branch);
    await push('reeve/1-other');
    const merged = await github.createPull(repository, wanted);
    const closed = await github.createPull(repository, { ...wanted, head: 'reeve/1-other' });
    await merge(merged.number);
    await closePull(closed.number);
    expect(await github.findPull(repository, branch)).toMatchObject({ isOpen: false, isMerged: true });
    expect(await github.findPull(repository, 'reeve/1-other')).toMatchObject({ isOpen: false, isMerged: false });
  });

  it('is an issue as well, and says so', async () => {
    const { github, repository, push } = stage();
    await push(branch);
    const { number } = await github.createPull(repository, wanted);
    expect(await github.issue(repository, number)).toMatchObject({ number, isPull: true });
  });
}

function describeChecks(stage: Staged): void {
  const working: CheckContent = {
    ...{ name: 'Reeve', externalId: '5-7-1', title: 'Working', summary: 'Run 1', startedAt: Date.UTC(2026, 10, 20) },
    actions: [],
    status: 'in_progress',
  };
  const ready: CheckContent = {
    ...{ ...working, title: 'Ready for review', status: 'completed', conclusion: 'success' },
    completedAt: Date.UTC(2026, 10, 20, 1),
    actions: [{ label: 'Retry', description: 'Start another run on this issue', identifier: 'retry' }],
  };

  it('writes a check run, completes it, takes it up again, and finds it by its session', async () => {
    const { github, repository, push } = stage();
    const sha = await push('reeve/1-price');
    expect(await github.findCheck(repository, sha, '5-7-1')).toBeNull();
    const id = await github.createCheck(repository, sha, working);
    expect(await github.updateCheck(repository, id, ready)).toBe('updated');
    expect(await github.updateCheck(repository, id, working)).toBe('updated');
    expect(await github.updateCheck(repository, id, ready)).toBe('updated');
    expect(await github.findCheck(repository, sha, '5-7-1')).toBe(id);
    expect(await github.findCheck(repository, sha, '5-7-2')).toBeNull();
  });

  it('says when a check run is gone', async () => {
    const { github, repository } = stage();
    expect(await github.updateCheck(repository, 404_404, ready)).toBe('gone');
  });
}

function describeDeliveries(stage: Staged): void {
  it('lists what was sent to our webhook, newest first, and has one sent again under its guid', async () => {
    const { github, writer, issueNumber, comment, deliveriesSettled } = stage();
    await comment(writer, issueNumber, 'One');
    await comment(writer, issueNumber, 'Two');
    await deliveriesSettled();
    const [newest, ...older] = await github.deliveriesSince(0, 10);
    expect([newest?.event, older[0]?.event, older.length]).toEqual(['issue_comment', 'issue_comment', 1]);
    expect(newest).toMatchObject({ isOk: false }); // nobody listens
    await github.redeliver(newest!.id);
    await deliveriesSettled();
    const again = await github.deliveriesSince(0, 10);
    expect(again.map(({ guid }) => guid)).toEqual([newest?.guid, newest?.guid, older[0]?.guid]);
    expect(await github.deliveriesSince(0, 1)).toHaveLength(1);
    expect(await github.deliveriesSince(again[0]!.deliveredAt + 60_000, 10)).toEqual([]);
  });
}

function describeGit(stage: Staged): void {
  it('gives git what it needs to read, or to write, and no more', async () => {
    const { github, repository, tryGit } = stage();
    expect(await tryGit(await github.gitAccess(repository, 'read'))).toBe('read');
    expect(await tryGit(await github.gitAccess(repository, 'write'))).toBe('write');
  });
}
