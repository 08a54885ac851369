import { commandBody, COMMAND_EVENT } from '../domain/command/operator-command.ts';
import { OPERATOR } from '../domain/people.ts';
import type { Routing } from './route-deliveries.ts';

type Read = Routing['read'];

/** Reads the commands of operators, which lie in the inbox beside GitHub's deliveries; `read` reads those. */
export function besideCommands(read: Read): Read {
  return async (delivery, payload) =>
    delivery.event === COMMAND_EVENT ? parseCommand(await payload()) : read(delivery, payload);
}

/** Never throws: who writes into the inbox may be a program of another version. */
function parseCommand(text: string): Awaited<ReturnType<Read>> {
  const body = commandBody.safeParse(jsonIn(text));
  if (!body.success) return { kind: 'uninteresting', why: 'This server cannot read the command.' };
  const { repository, issueNumber: onNumber, command } = body.data;
  const sender = { ...OPERATOR, isBot: false };
  return { kind: 'event', event: { kind: 'operator-commanded', repository, sender, onNumber, command } };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
