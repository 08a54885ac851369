import { outcomeOfSighting } from '../domain/session/sighting.ts';
import { outcomeJson, outcomeText } from '../render/outcome.ts';
import { renderStatus } from '../render/status.ts';
import { renderSession } from '../render/status-session.ts';
import { exitCodes, outcomeExitCodes } from './exit-codes.ts';
import type { Home } from './home.ts';
import { openHome, SESSION_ARGUMENT, type Parts, type Programs } from './programs.ts';

/** `reeve status [ID] [--json]` */
export function addStatus({ reeve, surroundings, end }: Parts, home: Programs['home']): void {
  reeve
    .command('status')
    .description('show all sessions and what they wait for, or everything of one; reads only')
    .argument('[id]', SESSION_ARGUMENT)
    .option('--json', 'print one JSON document')
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      const opened = openHome(surroundings, home);
      const shown = name === undefined ? await allOf(opened) : await oneOf(opened, name);
      surroundings.write(json === true ? `${JSON.stringify(shown.json)}\n` : shown.text(surroundings.terminal));
      end(shown.exitCode);
    });
}

type Shown = {
  readonly json: unknown;
  readonly text: (terminal: Parts['surroundings']['terminal']) => string;
  readonly exitCode: number;
};

async function allOf(home: Home): Promise<Shown> {
  const seen = await home.status();
  return { json: seen, text: (terminal) => renderStatus(seen, terminal), exitCode: exitCodes.ok };
}

async function oneOf(home: Home, name: string): Promise<Shown> {
  const seen = await home.report(name);
  if (seen.kind === 'unopened') {
    const { sighting } = seen;
    const exitCode = outcomeExitCodes[outcomeOfSighting(sighting)];
    return { json: outcomeJson(sighting), text: () => `${outcomeText(sighting)}\n`, exitCode };
  }
  const { report } = seen;
  const exitCode = outcomeExitCodes[report.outcome];
  return { json: report, text: (terminal) => renderSession(report, terminal), exitCode };
}
