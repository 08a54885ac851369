import type {
  PermissionDecision,
  PermissionRequest,
  PermissionPolicy,
  PermissionGrant,
} from '../domain/run/permission.ts';
import { ASKED_CHARACTERS_MAX, PERMISSIONS_ASKED_MAX, SUBJECT_CHARACTERS_MAX } from '../domain/run/permission.ts';
import { agentVerbs } from '../domain/run/agent-verbs.ts';
import { hiddenMarker } from '../domain/run/hidden-marker.ts';
import { judgePermission, type PermissionVerdict } from '../domain/run/judge-permission.ts';
import type { Redactor } from '../lib/redact.ts';

const JUDGED_CHARACTERS_MAX = 131_072; // no program can be started with a longer word; rules take seconds to read a million
const DENIALS_MAX = 200; // an agent that has heard no so often does not listen

/** Answers what an agent asks leave for, and gathers what only people can answer. */
export type PermissionDesk = {
  /** Never resolves for what people are asked: the run ends, and the next one has their answer. */
  decide(request: PermissionRequest): Promise<PermissionDecision>;
  /** What people are to be asked, first wish first. */
  readonly wishes: readonly PermissionGrant[];
  hasHeardNoTooOften(): boolean;
};

type Options = {
  readonly policy: PermissionPolicy;
  /** Where the agent works: paths under it are judged by their place in the repository. */
  readonly repoPath: string;
  readonly redact: Redactor;
  readonly onAnswer: (request: PermissionRequest, answer: PermissionDecision | 'asked') => void;
};

export function createPermissionDesk({ policy, repoPath, redact, onAnswer }: Options): PermissionDesk {
  const wishes: PermissionGrant[] = [];
  let denials = 0;
  const judge = (request: PermissionRequest): PermissionVerdict => {
    if (request.subject.length > JUDGED_CHARACTERS_MAX) return { verdict: 'deny', why: 'It is too long to be judged.' };
    const wish = wishOf(request, repoPath);
    const verdict = judgePermission(policy, wish);
    if (verdict.verdict !== 'ask') return verdict;
    if (request.tool === 'mcp' && ours.test(request.toolName)) return { verdict: 'allow' };
    const why = whyNotToBeAsked(wish, redact);
    if (why !== null) return { verdict: 'deny', why };
    const isKnown = wishes.some((one) => one.tool === wish.tool && one.subject === wish.subject);
    const size = wishes.reduce((sum, { subject }) => sum + subject.length, wish.subject.length);
    // The next run asks for the rest.
    if (!isKnown && wishes.length < PERMISSIONS_ASKED_MAX && size <= ASKED_CHARACTERS_MAX) wishes.push(wish);
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
function whyNotToBeAsked({ tool, subject }: PermissionGrant, redact: Redactor): string | null {
  if (subject.trim() === '') return 'It does not say what it is for.';
  if (subject.length > SUBJECT_CHARACTERS_MAX) return `It is longer than ${SUBJECT_CHARACTERS_MAX} characters.`;
  if (isNamed(tool) && subject.endsWith('…')) return 'It is too long to be shown as a whole.';
  if (/[^\P{C}\n\t]/u.test(subject)) return 'It holds characters that nobody can see.';
  if (hiddenMarker.test(subject)) return 'It holds a hidden marker as only Reeve may write it.';
  if (redact(subject) !== subject) return 'It holds a secret.';
  return null;
}

// The tools by which it speaks to Reeve, as the agents call those of the server `reeve`: who may work may speak. By their
// names, since the workspace may bring servers and tools whose names begin like ours.
const verbs = Object.keys(agentVerbs).map((verb) => verb.replaceAll('-', '[-_]'));
const ours = new RegExp(`^(?:mcp__?)?reeve__?(?:${verbs.join('|')})$`);

/** What is asked for, in words that mean the same in the next run. */
function wishOf({ tool, toolName, subject }: PermissionRequest, repoPath: string): PermissionGrant {
  if (isNamed(tool)) return { tool, subject: `${toolName} ${subject}` }; // a line for people says too little by itself
  const isPath = tool === 'edit' || tool === 'read';
  const isInside = isPath && subject.startsWith(`${repoPath}/`);
  return { tool, subject: isInside ? subject.slice(repoPath.length + 1) : subject };
}

function isNamed(tool: PermissionGrant['tool']): boolean {
  return tool === 'mcp' || tool === 'other';
}
