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
    describeChanges(() => stage);
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
    const id = await github.createComment(repository, issueNumber, `${marker}\nOne`);
    expect(await github.updateComment(repository, id, `${marker}\nTwo`)).toBe('updated');
    expect(await github.findComments(repository, issueNumber, marker)).toEqual([{ id, body: `${marker}\nTwo` }]);
    expect(await github.comment(repository, id)).toEqual({ id, body: `${marker}\nTwo` });
    const [comment] = await github.comments(repository, issueNumber);
    expect(comment).toMatchObject({ id, body: `${marker}\nTwo`, author: { isBot: true } });
  });

  it('does not believe a marker that somebody else wrote', async () => {
    const { github, repository, issueNumber, writer, comment } = stage();
    await comment(writer, issueNumber, '<!-- marker-of-a-card -->\nMine');
    expect(await github.findComments(repository, issueNumber, '<!-- marker-of-a-card -->')).toEqual([]);
  });

  it('does not believe a marker that it only quotes', async () => {
    const { github, repository, issueNumber } = stage();
    await github.createComment(repository, issueNumber, 'They wrote: <!-- marker-of-a-card -->');
    expect(await github.findComments(repository, issueNumber, '<!-- marker-of-a-card -->')).toEqual([]);
  });

  it('deletes a comment, also one that is gone', async () => {
    const { github, repository, issueNumber } = stage();
    const id = await github.createComment(repository, issueNumber, 'One');
    await github.deleteComment(repository, id);
    await github.deleteComment(repository, id);
    expect(await github.comment(repository, id)).toBeNull();
    expect(await github.comments(repository, issueNumber)).toEqual([]);
  });

  it('says when a comment is gone', async () => {
    const { github, repository, issueNumber, deleteComment } = stage();
    const id = await github.createComment(repository, issueNumber, 'One');
    await deleteComment(id);
    expect(await github.updateComment(repository, id, 'Two')).toBe('gone');
  });

  it('reads comments beyond one page, oldest first, and finds one among them', async () => {
    const { github, repository, issueNumber, writer, comment } = stage();
    const first = await github.createComment(repository, issueNumber, '<!-- early --> Card');
    for (let at = 1; at <= 110; at += 1) await comment(writer, issueNumber, `Remark ${at}`);
    const last = await github.createComment(repository, issueNumber, '<!-- late --> Card');
    const comments = await github.comments(repository, issueNumber);
    expect(comments.length).toBe(112);
    expect(comments.length).toBeLessThanOrEqual(COMMENTS_MAX);
    expect(comments.slice(1, 3).map(({ body }) => body)).toEqual(['Remark 1', 'Remark 2']);
    expect(comments[1]).toMatchObject({ author: { ...writer, isBot: false, standing: 'collaborator' } });
    expect(await github.findComments(repository, issueNumber, '<!-- early -->')).toMatchObject([{ id: first }]);
    expect(await github.findComments(repository, issueNumber, '<!-- late -->')).toMatchObject([{ id: last }]);
    expect(await github.findComments(repository, issueNumber, '<!-- never -->')).toEqual([]);
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
    expect([...(await github.addLabel(repository, issueNumber, look))].toSorted()).toEqual(['bug', 'reeve:working']);
    expect([...(await github.addLabel(repository, issueNumber, look))].toSorted()).toEqual(['bug', 'reeve:working']);
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
    expect(await github.findChecks(repository, sha, '5-7-1')).toEqual([]);
    const id = await github.createCheck(repository, sha, working);
    expect(await github.updateCheck(repository, id, ready)).toBe('updated');
    expect(await github.updateCheck(repository, id, working)).toBe('updated');
    expect(await github.findChecks(repository, sha, '5-7-1')).toEqual([{ id, isCompleted: false }]);
    expect(await github.updateCheck(repository, id, ready)).toBe('updated');
    expect(await github.findChecks(repository, sha, '5-7-1')).toEqual([{ id, isCompleted: true }]);
    const again = await github.createCheck(repository, sha, ready);
    expect(await github.findChecks(repository, sha, '5-7-1')).toMatchObject([{ id }, { id: again }]);
    expect(await github.findChecks(repository, sha, '5-7-2')).toEqual([]);
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
    const { deliveries: before, nextCursor, githubNow } = await github.deliveries(null);
    expect(before.map(({ event, isRedelivery }) => [event, isRedelivery])).toEqual([
      ['issue_comment', false],
      ['issue_comment', false],
    ]);
    expect(nextCursor).toBeNull();
    expect(Math.abs((githubNow ?? 0) - Date.now())).toBeLessThan(60_000);
    const [newest, older] = before;
    await github.redeliver(newest!.id);
    await deliveriesSettled();
    const { deliveries: again } = await github.deliveries(null);
    expect(again.map(({ guid, isRedelivery }) => [guid, isRedelivery])).toEqual([
      [newest?.guid, true],
      [newest?.guid, false],
      [older?.guid, false],
    ]);
  });
}

function describeChanges(stage: Staged): void {
  it('tells where the App is installed, and what it reaches there', async () => {
    const { github, repository } = stage();
    const { ids, githubNow } = await github.installations();
    expect(ids).toEqual([repository.installationId]);
    expect(Math.abs((githubNow ?? 0) - Date.now())).toBeLessThan(60_000);
    const reached = await github.repositoriesOf(repository.installationId);
    expect(reached).toContainEqual({ ...repository, defaultBranch: 'main', isArchived: false });
  });

  it('tells which open issues carry a label, and who put it there', async () => {
    const { github, repository, issueNumber } = stage();
    const me = await github.me();
    await github.addLabel(repository, issueNumber, { name: 'reeve:working', color: '00aa00', description: '' });
    const open = await github.openIssuesWith(repository, 'reeve:working');
    expect(open).toMatchObject([{ number: issueNumber, isPull: false, isMerged: false, closed: null }]);
    expect(open[0]?.labels).toEqual(['bug', 'reeve:working']);
    expect(await github.openIssuesWith(repository, 'reeve:other')).toEqual([]);
    const put = (await github.labelings(repository, issueNumber)).filter(({ label }) => label === 'reeve:working');
    expect(put).toMatchObject([{ by: { id: me.id, login: me.login, type: 'Bot' } }]);
    expect(Math.abs(put[0]!.at - Date.now())).toBeLessThan(60_000);
  });

  it('tells of a pull request that it was merged, and by whom', async () => {
    const { github, repository, push, merge, writer } = stage();
    await push('reeve/1-price');
    const wanted = { title: 'Mend the price', body: 'Closes #1', head: 'reeve/1-price', base: 'main', isDraft: true };
    const { number } = await github.createPull(repository, wanted);
    expect(await github.thread(repository, number)).toMatchObject({ isPull: true, isMerged: false, closed: null });
    await merge(number);
    const merged = { isPull: true, isMerged: true, closed: { by: { id: writer.id, login: writer.login } } };
    expect(await github.thread(repository, number)).toMatchObject(merged);
  });

  it('tells the comments of a repository since a moment, that second included, in the order of their last change', async () => {
    const { github, repository, writer, issueNumber, comment } = stage();
    const id = await comment(writer, issueNumber, 'One');
    const [first] = (await github.commentsSince(repository, 0, 1)).comments.filter((one) => one.id === id);
    expect(first).toMatchObject({ onNumber: issueNumber, isPull: false, body: 'One', author: { id: writer.id } });
    const { createdAt, updatedAt } = first!;
    expect(createdAt).toBe(updatedAt);
    const again = await github.commentsSince(repository, updatedAt + 999, 1);
    expect(again.comments.map((one) => one.id)).toContain(id);
    expect(again.isLast).toBe(true);
    expect((await github.commentsSince(repository, updatedAt + 60_000, 1)).comments).toEqual([]);
  });
}

function describeGit(stage: Staged): void {
  it('tells where a branch is, and that one is not there', async () => {
    const { github, repository, push } = stage();
    const sha = await push('some/work');
    expect(await github.headOf(repository, 'some/work')).toBe(sha);
    expect(await github.headOf(repository, 'some')).toBeNull();
  });

  it('gives git what it needs to read, or to write, and no more', async () => {
    const { github, repository, tryGit } = stage();
    expect(await tryGit(await github.gitAccess(repository, 'read'))).toBe('read');
    expect(await tryGit(await github.gitAccess(repository, 'write'))).toBe('write');
  });
}
