import { readEnvironment } from '../config/env-file.ts';
import { homePathOf } from '../config/server-config.ts';
import type { Parts, Programs } from './programs.ts';

/** `reeve cleanup [--dry-run] [--json]` */
export function addCleanup({ reeve, surroundings, end }: Parts, cleanup: Programs['cleanup']): void {
  reeve
    .command('cleanup')
    .description(
      'remove the workspaces of ended sessions that are left, keep their work first, and say why others stay',
    )
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--json', 'print one JSON document')
    .action(async ({ dryRun, json }: { dryRun?: boolean; json?: boolean }) => {
      const { env } = readEnvironment(surroundings.directory);
      end(await cleanup({ homePath: homePathOf(env), isDryRun: dryRun === true, isJson: json === true }));
    });
}
