import { InvalidArgumentError } from 'commander';

import type { RunId } from '../domain/ids.ts';
import { outcomeOfSighting } from '../domain/session/sighting.ts';
import { UserError } from '../lib/errors.ts';
import { outcomeText } from '../render/outcome.ts';
import { outcomeExitCodes } from './exit-codes.ts';
import { followRuns } from './follow-runs.ts';
import type { Home } from './home.ts';
import { openHome, SESSION_ARGUMENT, type Parts, type Programs } from './programs.ts';

type AttachOptions = { readonly from?: number; readonly raw?: boolean; readonly tmux?: boolean };

/** `reeve attach ID [--from BYTE] [--raw] [--tmux]` */
export function addAttach({ reeve, surroundings, end }: Parts, home: Programs['home']): void {
  reeve
    .command('attach')
    .description('show what the agent of a session prints, live or after its end; Ctrl-C only ends the showing')
    .argument('<id>', `${SESSION_ARGUMENT}, or the id of one of its runs`)
    .option('--from <byte>', 'begin at this byte of the transcript; its last 64 KiB if not given', parseByte)
    .option('--raw', 'show the bytes as they are, also what changes the direction of writing')
    .option('--tmux', 'show the terminal of the run instead, for looking only')
    .action(async (name: string, { from, raw, tmux }: AttachOptions) => {
      if (tmux === true && !surroundings.isInteractive) throw noTerminalHere(name);
      const opened = openHome(surroundings, home);
      const { writeMuch, writeError, detached } = surroundings;
      if (tmux === true) {
        await surroundings.onTerminal(await terminalOf(opened, name));
      } else {
        const following = { name, from: from ?? null, isRaw: raw === true, signal: detached() };
        await followRuns(opened, { ...following, write: writeMuch, note: (text) => writeError(`[${text}]\n`) });
      }
      const sighting = await opened.find(name);
      writeError(`${outcomeText(sighting)}\n`);
      end(outcomeExitCodes[outcomeOfSighting(sighting)]);
    });
}

function noTerminalHere(name: string): UserError {
  const instead = `\`reeve attach ${name}\` shows the transcript.`;
  return new UserError('wrong-use', `--tmux shows a terminal in a terminal, and this command has none. ${instead}`);
}

async function terminalOf(home: Home, name: string): Promise<readonly string[]> {
  const run = await runUnderWay(home, name);
  const argv = run && home.terminalOf(run);
  if (argv) return argv;
  throw new UserError(
    'not-now',
    run
      ? `The run ${run} has no terminal: only runs of REEVE_RUNTIME=tmux have one. \`reeve attach ${name}\` shows its transcript.`
      : `No run of ${name} is under way. \`reeve attach ${name}\` shows the transcript of its last one.`,
  );
}

async function runUnderWay(home: Home, name: string): Promise<RunId | null> {
  const sighting = await home.find(name);
  const newest = sighting.kind === 'session' ? sighting.session.runs.at(-1) : undefined;
  return newest?.end === null ? newest.id : null;
}

function parseByte(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A byte is a whole number from 0 on.');
}
