import { setTimeout as delay } from 'node:timers/promises';

import { steeringVerbs, type CommandEnd, type SteeringVerb } from '../domain/command/operator-command.ts';
import type { SessionId } from '../domain/ids.ts';
import { exitCodes } from './exit-codes.ts';
import type { Given, Home, Wanted } from './home.ts';
import { openHome, SESSION_ARGUMENT, type Parts, type Programs } from './programs.ts';

const HEARD_MS_MAX = 10_000; // a server looks every second or two, and may ask GitHub before it can say
const LOOK_MS = 100;

const tells: Readonly<Record<SteeringVerb, string>> = {
  stop: 'end the work of a session; what is pushed already stays',
  retry: 'work on it again: after a failure, or to have an open pull request changed',
  pause: 'end the run of a session and hold it until it is resumed; its work is kept',
  resume: 'let a paused session go on',
};

/** `reeve stop|retry|pause|resume ID` and `reeve answer ID TEXT`: as `/reeve …` in a comment, through the same function. */
export function addSteering(parts: Parts, home: Programs['home']): void {
  const { reeve } = parts;
  for (const verb of steeringVerbs) {
    reeve
      .command(verb)
      .description(tells[verb])
      .argument('<id>', SESSION_ARGUMENT)
      .option('--json', 'print one JSON document')
      .action((name: string, options: Printing) => give(parts, home, { wanted: { name, verb }, options }));
  }
  reeve
    .command('answer')
    .description('answer the open question of a session: a letter, or words')
    .argument('<id>', SESSION_ARGUMENT)
    .argument('<text...>', 'such as b, or "Half even, please"')
    .option('--json', 'print one JSON document')
    .action((name: string, words: readonly string[], options: Printing) =>
      give(parts, home, { wanted: { name, verb: 'answer', text: words.join(' ') }, options }),
    );
}

type Printing = { readonly json?: boolean };

async function give(
  { surroundings, end }: Parts,
  home: Programs['home'],
  { wanted, options }: { readonly wanted: Wanted; readonly options: Printing },
): Promise<void> {
  const opened = openHome(surroundings, home);
  const given = await opened.command(wanted);
  const heard = await hearEnd(opened, given, surroundings);
  const session = sessionAfter(given, heard);
  const { issue } = given;
  const why = heard?.outcome === 'refused' ? heard.why : null;
  const document = { session, issue, verb: wanted.verb, outcome: heard?.outcome ?? 'waiting', why };
  if (options.json === true) surroundings.write(`${JSON.stringify(document)}\n`);
  else if (why === null) surroundings.write(`${sentence(wanted.verb, given, heard)}\n`);
  if (why !== null) surroundings.writeError(`${why}\n`);
  end(why === null ? exitCodes.ok : exitCodes.failed);
}

/** What goes on: another session when what had ended is tried again. */
function sessionAfter({ session }: Given, heard: CommandEnd | null): SessionId {
  return heard?.outcome === 'obeyed' && heard.opened !== undefined ? heard.opened : session;
}

function sentence(verb: Wanted['verb'], given: Given, heard: CommandEnd | null): string {
  const { issue, session } = given;
  const named = sessionAfter(given, heard);
  if (named !== session) return `${issue}: ${verb} was heard. It goes on as session ${named}, after ${session}.`;
  return heard
    ? `${issue}: ${verb} was heard (session ${session}).`
    : `${issue}: ${verb} is kept, and no server has heard it yet. It will be heard once one runs (session ${session}).`;
}

/** What came of it, if a server hears it soon. Where none runs nobody waits. */
async function hearEnd(
  home: Home,
  { delivery }: Given,
  { now, detached }: Parts['surroundings'],
): Promise<CommandEnd | null> {
  const deadline = now() + HEARD_MS_MAX;
  const signal = detached();
  for (;;) {
    const end = await home.endOf(delivery);
    if (end || signal.aborted || now() >= deadline || !(await home.isServed())) return end;
    await delay(LOOK_MS, undefined, { signal }).catch(() => {}); // it rejects when it is aborted
  }
}
