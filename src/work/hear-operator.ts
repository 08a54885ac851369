import { verbs, type Verb } from '../domain/command/command.ts';
import { noteOfEnd, type CommandEnd, type OperatorCommand } from '../domain/command/operator-command.ts';
import type { IncomingEvent } from '../domain/event/incoming.ts';
import { OPERATOR } from '../domain/people.ts';
import { whyNot } from '../domain/session/allowed.ts';
import { agentOfLabels, NEVER_LABEL } from '../domain/session/display.ts';
import { openQuestion, type Session } from '../domain/session/session.ts';
import { answerQuestion, NO_PLAIN_YES, OPERATORS_ONLY, UNCLEAR, whyTooLate } from './answer-question.ts';
import { hasMoved, obeyCommand } from './obey-command.ts';
import { openWork } from './open-work.ts';
import type { Ports } from './ports.ts';
import { unlessGone } from './unless-gone.ts';

type CommandEvent = Extract<IncomingEvent, { kind: 'operator-commanded' }>;
type CommandOf<Name extends OperatorCommand['verb']> = Extract<OperatorCommand, { verb: Name }>;

/**
 * A command that an operator gave on the command line; gives the note by which they learn what came of it. Whoever could
 * put it into the store may do everything, so nobody is asked for their permission. Safe to repeat: its delivery is the
 * cause of whatever follows, and that moves or opens a session once.
 */
export async function hearOperator(ports: Ports, event: CommandEvent, cause: string): Promise<string> {
  return noteOfEnd(await obey(ports, event, cause));
}

async function obey(ports: Ports, event: CommandEvent, cause: string): Promise<CommandEnd> {
  const { command, repository, onNumber } = event;
  if (command.verb === 'submit') return submit(ports, event, { command, cause });
  const session = await ports.store.sessions.get(command.session);
  const newest = await ports.store.sessions.ofIssue(repository.id, onNumber);
  if (session && (await hasMoved(ports, session, cause))) return obeyedAs(session, newest);
  if (!session || session.id !== newest?.id) {
    return refused(
      newest ? `A newer session works on this issue: ${newest.id}.` : `There is no session ${command.session}.`,
    );
  }
  if (command.verb === 'answer') return answer(ports, session, { command, cause });
  return steer(ports, session, { known: known(command.verb), cause });
}

/** A verb of the command line is one of the comments too; one that this server does not know was given by a newer program. */
function known(name: string): Verb | undefined {
  return Object.values(verbs).find(({ verb }) => verb === name)?.verb;
}

async function steer(
  ports: Ports,
  session: Session,
  { known: verb, cause }: { readonly known: Verb | undefined; readonly cause: string },
): Promise<CommandEnd> {
  switch (verb) {
    case 'stop':
    case 'retry':
    case 'pause':
    case 'resume': {
      const why = await obeyCommand(ports, { session, verb, by: OPERATOR, cause });
      if (why !== null) return refused(why);
      return obeyedAs(session, await ports.store.sessions.ofIssue(session.repositoryId, session.issueNumber));
    }
    case 'answer':
    case 'status':
    case 'help':
    case undefined:
      return refused('This server does not know that command.');
  }
}

async function answer(
  ports: Ports,
  session: Session,
  { command, cause }: { readonly command: CommandOf<'answer'>; readonly cause: string },
): Promise<CommandEnd> {
  const question = openQuestion(session);
  if (!question) return refused(whyNot(session, 'answer') ?? 'No question is open.');
  if (question.number !== command.number) {
    return refused(`Question ${command.number} is answered; question ${question.number} was asked after that.`);
  }
  const given = await answerQuestion(ports, { session, question, text: command.text, by: OPERATOR, cause });
  if (given === 'answered') return obeyed;
  if (given === 'no-plain-yes') return refused(NO_PLAIN_YES);
  if (given === 'unclear') return refused(UNCLEAR);
  if (given === 'not-theirs') return refused(OPERATORS_ONLY);
  if (given === 'too-late') return refused(await whyTooLate(ports, session));
  const { length } = question.options;
  return refused(length === 0 ? 'That is the number of another question.' : `The question has ${length} options.`);
}

/** Opens the session that was asked for, unless it has been: by whoever did so, the issue is worked on. */
async function submit(
  ports: Ports,
  { repository, onNumber: issueNumber }: CommandEvent,
  { command, cause }: { readonly command: CommandOf<'submit'>; readonly cause: string },
): Promise<CommandEnd> {
  if (await ports.store.sessions.get(command.session)) return obeyed;
  const facts = await unlessGone(ports.github.issue(repository, issueNumber));
  if (!facts) return refused(`There is no issue #${issueNumber}.`);
  if (facts.isPull) return refused(`#${issueNumber} is a pull request; work is on issues.`);
  if (!facts.isOpen) return refused('The issue is closed. Open it again first.');
  if (facts.isLocked) return refused('The issue is locked. Unlock it first.');
  if (facts.labels.includes(NEVER_LABEL))
    return refused(`The issue carries the label ${NEVER_LABEL}. Remove it first.`);
  const { title, labels } = facts;
  const wants = agentOfLabels(labels);
  if (wants !== null && !ports.settings.agents.some(({ name }) => name === wants))
    return refused(`No agent of this server is called ${wants}, which a label of the issue chooses. Remove it first.`);
  await openWork(ports, { repositoryId: repository.id, issueNumber, title, wants, by: OPERATOR, cause });
  return obeyed;
}

const obeyed: CommandEnd = { outcome: 'obeyed' };

/** A retry of what had ended opened another session: whoever asked wants to know its name. */
function obeyedAs({ id }: Session, newest: Session | null): CommandEnd {
  return newest?.previousId === id ? { outcome: 'obeyed', opened: newest.id } : obeyed;
}

const refused = (why: string): CommandEnd => ({ outcome: 'refused', why });
