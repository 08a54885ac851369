import { readEnvironment } from '../config/env-file.ts';
import { homePathOf } from '../config/server-config.ts';
import type { Parts, Programs } from './programs.ts';

/** `reeve status [--json]` */
export function addStatus({ reeve, surroundings, end }: Parts, status: Programs['status']): void {
  reeve
    .command('status')
    .description('show the sessions and what they wait for, the inbox, the outbox and what is set aside; reads only')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      const { env } = readEnvironment(surroundings.directory);
      end(await status({ homePath: homePathOf(env), isJson: json === true }));
    });
}
