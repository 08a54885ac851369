import { readEnvironment } from '../config/env-file.ts';
import { homePathOf } from '../config/server-config.ts';
import { SESSION_ARGUMENT, type Parts, type Programs } from './programs.ts';

/** `reeve restore ID [--json]` */
export function addRestore({ reeve, surroundings, end }: Parts, restore: Programs['restore']): void {
  reeve
    .command('restore')
    .argument('<id>', `${SESSION_ARGUMENT}; it has ended`)
    .description('bring back as a workspace what was kept of an ended session: commits, branches, uncommitted files')
    .option('--json', 'print one JSON document')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const { env } = readEnvironment(surroundings.directory);
      end(await restore({ homePath: homePathOf(env), id, isJson: json === true }));
    });
}
