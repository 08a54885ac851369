import { exitCodes } from './exit-codes.ts';
import { openHome, type Parts, type Programs } from './programs.ts';

/** `reeve submit OWNER/REPO#N [--json]` */
export function addSubmit({ reeve, surroundings, end }: Parts, home: Programs['home']): void {
  reeve
    .command('submit')
    .description('have an issue worked on; prints the session’s id at once, and `reeve wait ID` tells how it goes')
    .argument('<issue>', 'OWNER/REPO#N')
    .option('--json', 'print one JSON document')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { session, issue, given } = await openHome(surroundings, home).submit(name);
      const document = { id: session, issue, outcome: given ? 'submitted' : 'already-open' };
      if (!given) surroundings.writeError(`${issue} is worked on already, as this session.\n`);
      surroundings.write(json === true ? `${JSON.stringify(document)}\n` : `${session}\n`);
      end(exitCodes.ok);
    });
}
