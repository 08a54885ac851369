import { isForOperators } from '../../domain/budget/who-adds.ts';
import { verbs } from '../../domain/command/command.ts';
import { AGENT_LABEL_PREFIX, displayOf, NEVER_LABEL } from '../../domain/session/display.ts';
import { isClosure, type ClosureReason } from '../../domain/place.ts';
import type { Person } from '../../domain/people.ts';
import type { KnownConfig } from '../../domain/policy/repository-config.ts';
import { isFinal, openQuestion, type Session, type WaitingOn } from '../../domain/session/session.ts';
import { duration, instant } from '../duration.ts';
import { failureAdvice, failureText, retryText } from '../failure.ts';
import { COMMENT_CHARACTERS_MAX, code, cutTo, details, fenced, inline, quoted, shorten } from '../markdown.ts';
import { personText } from '../person.ts';
import { promptNotesText } from '../prompt-notes.ts';
import { configText } from '../repository-config.ts';
import { retryingText } from '../retrying.ts';
import { runsMs } from '../run-time.ts';
import { spendText } from '../spend.ts';
import { PHASES_MAX, timelineOf } from '../timeline.ts';
import { mayRetry, sensibleVerbs } from '../verbs.ts';

export type CardOptions = {
  readonly now: number;
  /** The web address of the session's pull request, when there is one. */
  readonly pullUrl?: string | null;
  /** What is known of the configuration of its repository, and the names of the agents of the server. */
  readonly config?: { readonly known: KnownConfig | null; readonly agents: readonly string[] };
  /** `/reeve`. */
  readonly commandPrefix: string;
};

const DETAIL_CHARACTERS_MAX = 3000; // a reader of a card wants the end of the story, not a log

/** The one comment that tells an issue where its work stands; edited for the session's whole life. Markdown. */
export function statusCard(session: Session, options: CardOptions): string {
  const { headline } = displayOf(session);
  const parts = [
    `### Reeve · ${headline}`,
    now(session, options),
    ...live(session),
    ...promptNotesText(session),
    ...(options.config ? configText(options.config) : []),
    factsTable(session, options),
    ...failureDetail(session),
    history(session),
    footer(session, options.commandPrefix),
  ];
  return cutTo(parts.join('\n\n'), COMMENT_CHARACTERS_MAX);
}

/** What happens now and what the reader can do, in a sentence or two. */
function now(session: Session, { commandPrefix, ...options }: CardOptions): string {
  const pull = session.pull ? pullLink(session.pull.number, options.pullUrl) : null;
  switch (session.state) {
    case 'queued':
      if (session.lacks !== undefined) {
        return `${inline(session.lacks)} Work on this issue goes on as soon as that is over. Nothing is needed from you.`;
      }
      if (session.restsUntil !== undefined) return restingText(session.restsUntil);
      return session.runs.length > 0
        ? 'The next run starts as soon as a slot is free. Nothing is needed from you.'
        : 'Work on this issue starts as soon as a slot is free. Nothing is needed from you.';
    case 'preparing':
      if (session.pausedBy) return pausingText(session.pausedBy);
      return 'The agent gets a fresh workspace and starts in a moment.';
    case 'working':
      if (session.pausedBy) return pausingText(session.pausedBy);
      return pull
        ? `The agent is at work; its changes will be added to ${pull}.`
        : 'The agent is at work. The result will be a draft pull request, or a question to you.';
    case 'waiting':
      return session.on.kind === 'budget' ? budgetText(session, commandPrefix) : waitingText(session.on, commandPrefix);
    case 'publishing':
      return 'The agent has finished. Its commits are being checked and pushed.';
    case 'reviewing':
      return `${session.isUnchanged ? 'Nothing was changed in this round. ' : ''}The work is in ${pull ?? 'its pull request'}. Review it, merge it or close it; comment and use \`${commandPrefix} retry\` to have something changed.`;
    case 'retrying':
      return retryingText(session);
    case 'done':
      return `${pull ?? 'The pull request'} was merged${session.mergedBy ? ` by ${code(session.mergedBy.login)}` : ''}. Nothing is left to do here.`;
    case 'failed':
      return `${failureText[session.why]} ${failureAdvice[session.why]} ${retryText(commandPrefix, pull)}`;
    case 'stopped':
      return mayRetry(session)
        ? `${stoppedText(session, pull)} ${session.why === 'forbidden' ? 'Once the label is removed, ' : ''}${retryText(commandPrefix, session.why === 'pull-closed' ? null : pull)}`
        : stoppedText(session, pull);
  }
}

function restingText(until: number): string {
  return `No agent that could do this work is asked before ${instant(until)}: the model takes no requests for now, or has failed. It goes on by itself then, as soon as a slot is free; the label \`${AGENT_LABEL_PREFIX}NAME\` gives it to another agent. Nothing is needed from you.`;
}

function pausingText(by: Person): string {
  return `The work is being paused, as ${personText(by)} asked: its agent is ended, and what it did is kept.`;
}

function budgetText(session: Session, commandPrefix: string): string {
  const question = openQuestion(session);
  const [offer] = question?.options ?? [];
  if (question?.budget && isForOperators(question.budget)) {
    return `${question.text} An operator of this server can answer it: ${inline(offer ?? '')}.`;
  }
  return `${question?.text ?? ''} Somebody with write access can reply \`1\` (or use \`${commandPrefix} answer 1\`): ${inline(offer ?? '')}.`;
}

function waitingText(on: Exclude<WaitingOn, { kind: 'budget' }>, commandPrefix: string): string {
  switch (on.kind) {
    case 'question':
      return `The agent needs an answer to go on: see question ${on.number} in its own comment.`;
    case 'hold':
      return `The work is finished, but a person with write access has to look at it before it is pushed: see question ${on.number} in its own comment.`;
    case 'pause':
      return `The work was paused by ${personText(on.by)}${on.finishedRun === null ? '' : ', just as the agent had finished'}. Nothing is lost, and nothing happens until \`${commandPrefix} resume\` goes on ${on.finishedRun === null ? 'where it stopped' : 'to publish it'}.`;
  }
}

function stoppedText(session: Session & { readonly state: 'stopped' }, pull: string | null): string {
  if (isClosure(session.why)) {
    return `The work was stopped, because ${closureText[session.why]}.${pull ? ` ${pull} stays as it is.` : ''}`;
  }
  const by = session.by ? ` by ${personText(session.by)}` : '';
  switch (session.why) {
    case 'person':
      return `The work was stopped${by}.`;
    case 'forbidden':
      return `The work was stopped, because the label \`${NEVER_LABEL}\` was set${by}.`;
    case 'pull-closed':
      return `${pull ?? 'The pull request'} was closed${by} without being merged, so the work has ended.`;
    case 'issue-closed':
      return `This issue was closed${by}, so the work has ended. Nothing was published.`;
  }
}

/** Read once the place is open again. */
const closureText: Readonly<Record<ClosureReason, string>> = {
  'app-suspended': 'the App was suspended here',
  'app-uninstalled': 'the App was uninstalled here',
  'repository-out-of-reach': 'the App had no access to this repository any more',
  'repository-transferred': 'this repository was transferred to another owner',
  'repository-deleted': 'this repository was deleted',
  'repository-archived': 'this repository was archived',
  'issue-transferred': 'this issue was transferred to another repository',
  'issue-deleted': 'this issue was deleted',
  'issue-locked': 'this issue was locked',
};

/** What the agent says it is doing. */
function live(session: Session): string[] {
  return session.state === 'working' && session.progress ? [quoted(session.progress)] : [];
}

function factsTable(session: Session, options: CardOptions): string {
  const run = session.runs.at(-1);
  const spend = spendText(session.spend);
  const agent = run?.agent?.name ?? session.wants ?? null;
  const columns: [string, string][] = [
    ['Run', String(Math.max(1, session.runs.length))],
    [run ? 'Started' : 'Queued', instant(run ? run.startedAt : session.createdAt)],
    ...(run
      ? ([[run.end ? 'Time' : 'Time so far', duration(runsMs(session.runs, options.now))]] as [string, string][])
      : []),
    ...(agent === null ? [] : ([['Agent', code(agent)]] as [string, string][])),
    ...(spend ? ([['Spend', spend]] as [string, string][]) : []),
    ['Branch', code(session.branch)],
    ...(session.pull ? ([['Pull request', pullLink(session.pull.number, options.pullUrl)]] as [string, string][]) : []),
  ];
  return [
    `| ${columns.map(([name]) => name).join(' | ')} |`,
    `|${' --- |'.repeat(columns.length)}`,
    `| ${columns.map(([, value]) => value).join(' | ')} |`,
  ].join('\n');
}

function failureDetail(session: Session): string[] {
  if (session.state !== 'failed' && session.state !== 'retrying') return [];
  if (session.detail.trim() === '') return [];
  if (session.state === 'failed' && session.why === 'no-changes')
    return [quoted(shorten(session.detail, DETAIL_CHARACTERS_MAX))];
  return [fenced(shorten(session.detail, DETAIL_CHARACTERS_MAX))];
}

function history(session: Session): string {
  const phases = timelineOf(session);
  const told = phases.slice(-PHASES_MAX);
  const lines = told.map(
    ({ at, name, tookMs, outcome }) =>
      `- ${instant(at)} · ${name} · ${outcome}${tookMs === null ? '' : ` · ${duration(tookMs)}`}`,
  );
  const left = phases.length - told.length;
  if (left > 0) lines.unshift(`- ${left} earlier steps are not shown`);
  if (isFinal(session)) lines.push(`- ${instant(session.changedAt)} · ${displayOf(session).headline}`);
  return details(
    `History: ${count(session.runs.length, 'run')}, ${count(session.questions.length, 'question')}`,
    lines.join('\n'),
  );
}

function footer(session: Session, commandPrefix: string): string {
  const commands = sensibleVerbs(session).map((verb) => `\`${commandPrefix} ${verbs[verb].usage}\``);
  return `<sub>${commands.join(' · ')} · session ${code(session.id)}</sub>`;
}

function pullLink(number: number, url: string | null | undefined): string {
  return url ? `[#${number}](${url})` : `#${number}`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
