import type { PermissionDecision, PermissionRequest, PermissionPolicy, Wish } from '../domain/run/permission.ts';
import { PERMISSIONS_ASKED_MAX, SUBJECT_CHARACTERS_MAX } from '../domain/run/permission.ts';
import { hiddenMarker } from '../domain/run/hidden-marker.ts';
import { judgePermission, type PermissionVerdict } from '../domain/run/judge-permission.ts';
import type { Redactor } from '../lib/redact.ts';

const DENIALS_MAX = 200; // an agent that has heard no so often does not listen

/** Answers what an agent asks leave for, and gathers what only people can answer. */
export type PermissionDesk = {
  /** Never resolves for what people are asked: the run ends, and the next one has their answer. */
  decide(request: PermissionRequest): Promise<PermissionDecision>;
  /** What people are to be asked, first wish first. */
  readonly wishes: readonly Wish[];
  hasHeardNoTooOften(): boolean;
};

type Options = {
  readonly policy: PermissionPolicy;
  /** Where the agent works: paths under it are judged by their place in the repository. */
  readonly repoPath: string;
  readonly redact: Redactor;
  onAnswer(request: PermissionRequest, answer: PermissionDecision | 'asked'): void;
};

export function createPermissionDesk({ policy, repoPath, redact, onAnswer }: Options): PermissionDesk {
  const wishes: Wish[] = [];
  let denials = 0;
  const judge = ({ tool, subject }: Wish): PermissionVerdict => {
    const wish = { tool, subject: inRepository(subject, tool, repoPath) };
    const verdict = judgePermission(policy, wish);
    if (verdict.verdict !== 'ask') return verdict;
    const why = whyNotToBeAsked(wish, redact);
    if (why !== null) return { verdict: 'deny', why };
    const isKnown = wishes.some((one) => one.tool === wish.tool && one.subject === wish.subject);
    if (!isKnown && wishes.length < PERMISSIONS_ASKED_MAX) wishes.push(wish); // the next run asks for the rest
    return verdict;
  };
  return {
    wishes,
    hasHeardNoTooOften: () => denials >= DENIALS_MAX,
    async decide(request) {
      const verdict = judge(request);
      onAnswer(request, verdict.verdict === 'ask' ? 'asked' : verdict);
      if (verdict.verdict === 'ask') return new Promise<never>(() => {});
      if (verdict.verdict === 'deny') denials += 1;
      return verdict;
    },
  };
}

/** What people could not read as a whole, or must not see, they cannot allow. */
function whyNotToBeAsked({ subject }: Wish, redact: Redactor): string | null {
  if (subject.trim() === '') return 'It does not say what it is for.';
  if (subject.length > SUBJECT_CHARACTERS_MAX) return `It is longer than ${SUBJECT_CHARACTERS_MAX} characters.`;
  if (/[^\P{C}\n\t]/u.test(subject)) return 'It holds characters that nobody can see.';
  if (hiddenMarker.test(subject)) return 'It holds a hidden marker as only Reeve may write it.';
  if (redact(subject) !== subject) return 'It holds a secret.';
  return null;
}

function inRepository(subject: string, tool: Wish['tool'], repoPath: string): string {
  const isPath = tool === 'edit' || tool === 'read';
  return isPath && subject.startsWith(`${repoPath}/`) ? subject.slice(repoPath.length + 1) : subject;
}
