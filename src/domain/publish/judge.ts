import type { ChangedFile, DiffFacts } from './facts.ts';
import type { PublishPolicy } from './policy.ts';

export type RefuseCode = 'unreadable-path' | 'git-path' | 'protected-path' | 'outside-paths' | 'rewritten' | 'too-much';
export type HoldCode = 'symlink-out' | 'large-file' | 'submodule' | 'many-files' | 'many-commits' | 'secret' | 'unseen';

export type PublishReason<Code extends string = RefuseCode | HoldCode> = {
  readonly code: Code;
  /** Null when it is about the whole. Hostile text. */
  readonly path: string | null;
  /** For people; what it quotes from the path is made printable, but is hostile text still. */
  readonly sentence: string;
};

export type PublishVerdict =
  | { readonly verdict: 'push' }
  /** A person may decide to push it as it is. */
  | { readonly verdict: 'hold'; readonly reasons: readonly PublishReason<HoldCode>[] }
  /** Nobody may push this. */
  | { readonly verdict: 'refuse'; readonly reasons: readonly PublishReason<RefuseCode>[] }
  | { readonly verdict: 'nothing' };

const REASONS_MAX = 20; // as many as anybody reads
const SHOWN_PATH_CHARACTERS_MAX = 160;

/** Whether the work of a run may leave for GitHub. What was changed and taken back counts too: its commits would be pushed. */
export function judgeDiff(facts: DiffFacts, policy: PublishPolicy): PublishVerdict {
  if (facts.isComplete && facts.isDescendant && !facts.files.some((file) => file.isInTip))
    return { verdict: 'nothing' };
  const refusals = [...wholeRefusals(facts), ...facts.files.flatMap((file) => pathRefusals(file, policy))];
  if (refusals.length > 0) return { verdict: 'refuse', reasons: refusals.slice(0, REASONS_MAX) };
  const holds = distinct([...wholeHolds(facts, policy), ...facts.files.flatMap((file) => fileHolds(file, policy))]);
  if (holds.length > 0) return { verdict: 'hold', reasons: holds.slice(0, REASONS_MAX) };
  return { verdict: 'push' };
}

function wholeRefusals(facts: DiffFacts): PublishReason<RefuseCode>[] {
  const reasons: PublishReason<RefuseCode>[] = [];
  if (!facts.isComplete) {
    reasons.push(whole('too-much', 'The work changes more than can be checked, so none of it was pushed.'));
  }
  if (!facts.isDescendant) {
    reasons.push(whole('rewritten', 'The work does not build on the commit that it was given.'));
  }
  return reasons;
}

function pathRefusals({ path }: ChangedFile, policy: PublishPolicy): PublishReason<RefuseCode>[] {
  const shown = showPath(path);
  if (isUnreadable(path)) {
    return [{ code: 'unreadable-path', path, sentence: `The name ${shown} holds characters that hide what it is.` }];
  }
  if (path.split('/').some(isGitSegment)) {
    return [{ code: 'git-path', path, sentence: `${shown} reaches out of the repository or into git's own files.` }];
  }
  if (policy.isProtected(path)) {
    return [{ code: 'protected-path', path, sentence: `${shown} is protected: runs may not change it.` }];
  }
  if (!policy.isAllowed(path)) {
    return [{ code: 'outside-paths', path, sentence: `${shown} is outside the paths that runs may change here.` }];
  }
  return [];
}

function wholeHolds(facts: DiffFacts, policy: PublishPolicy): PublishReason<HoldCode>[] {
  const reasons: PublishReason<HoldCode>[] = [];
  const paths = new Set(facts.files.map((file) => file.path)).size;
  if (paths > policy.filesMax) {
    reasons.push(whole('many-files', `It changes ${paths} files; more than ${policy.filesMax} need a person's look.`));
  }
  for (const path of facts.secretPaths ?? []) {
    const sentence = `${showPath(path)} seems to hold a credential; what is pushed once cannot be taken back.`;
    reasons.push({ code: 'secret', path, sentence });
  }
  if (facts.secretPaths === null) {
    reasons.push(whole('unseen', 'It adds more text than can be looked through for credentials.'));
  }
  const commits = facts.commits.length;
  if (commits > policy.commitsMax) {
    reasons.push(
      whole('many-commits', `It is ${commits} commits; more than ${policy.commitsMax} need a person's look.`),
    );
  }
  return reasons;
}

function fileHolds(file: ChangedFile, policy: PublishPolicy): PublishReason<HoldCode>[] {
  const { path } = file;
  const shown = showPath(path);
  if (file.kind === 'submodule' || file.oldKind === 'submodule' || path === '.gitmodules') {
    const sentence = `${shown} changes a submodule, which brings in another repository${broughtIn(file)}.`;
    return [{ code: 'submodule', path, sentence }];
  }
  if (file.kind === 'symlink' && !staysInside(path, file.symlinkTarget)) {
    const target = file.symlinkTarget === null ? 'somewhere too far to show' : showPath(file.symlinkTarget);
    const sentence = `${shown} is a symbolic link that points out of the repository, to ${target}.`;
    return [{ code: 'symlink-out', path, sentence }];
  }
  if (file.sizeBytes !== null && file.sizeBytes > policy.fileBytesMax) {
    const sentence = `${shown} has ${megabytes(file.sizeBytes)} MB; more than ${megabytes(policy.fileBytesMax)} MB need a person's look.`;
    return [{ code: 'large-file', path, sentence }];
  }
  return [];
}

function broughtIn({ submodule }: ChangedFile): string {
  if (submodule === undefined) return '';
  const from = submodule.url === null ? 'no address is given for it' : showPath(submodule.url);
  return `: ${from}, at commit ${submodule.commit.slice(0, 12)}`;
}

/** A path is told once for what is wrong with it, however many commits touched it; links with each place they pointed to. */
function distinct<Code extends string>(reasons: readonly PublishReason<Code>[]): PublishReason<Code>[] {
  const byWhat = new Map<string, PublishReason<Code>>();
  for (const reason of reasons) {
    const what = reason.code === 'large-file' ? `${reason.code} ${reason.path}` : reason.sentence;
    if (!byWhat.has(what)) byWhat.set(what, reason);
  }
  return [...byWhat.values()];
}

/**
 * Only `..` at the start of a target can be counted: after another segment, which may itself be a link, it leads anywhere.
 * An unknown target is one that leads out.
 */
function staysInside(path: string, target: string | null): boolean {
  if (target === null || target === '' || target.startsWith('/') || target.includes('\0')) return false;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = parts.findIndex((part) => part !== '..');
  const ups = climbs === -1 ? parts.length : climbs;
  const depth = path.split('/').length - 1;
  return ups <= depth && !parts.slice(ups).some(isGitSegment);
}

/** `..`, an empty segment, and `.git` in the spellings that some file system takes for it. */
function isGitSegment(segment: string): boolean {
  if (['', '.', '..'].includes(segment)) return true;
  return ['.git', 'git~1'].includes(segment.toLowerCase().replace(/[. ]+$/, '')); // Windows drops dots and spaces at the end
}

// Controls, the marks that reverse the reading direction, and the sign for bytes that are no text.
const unreadable = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/u;

function isUnreadable(path: string): boolean {
  return path === '' || unreadable.test(path);
}

function showPath(path: string): string {
  const printable = path.replaceAll(
    new RegExp(unreadable, 'gu'),
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  const isLong = printable.length > SHOWN_PATH_CHARACTERS_MAX;
  return `"${isLong ? `${printable.slice(0, SHOWN_PATH_CHARACTERS_MAX)}…` : printable}"`;
}

function whole<Code extends string>(code: Code, sentence: string): PublishReason<Code> {
  return { code, path: null, sentence };
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, '');
}
