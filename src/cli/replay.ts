import { readEnvironment } from '../config/env-file.ts';
import { homePathOf } from '../config/server-config.ts';
import type { Parts, Programs } from './programs.ts';

/** `reeve replay delivery ID` and `reeve replay effect KEY` */
export function addReplay({ reeve, surroundings, end }: Parts, replay: Programs['replay']): void {
  const command = reeve
    .command('replay')
    .description(
      'try once more what was set aside; `reeve status` lists it, and a running server takes it up by itself',
    );
  const add = (kind: 'delivery' | 'effect', argument: string, description: string): void =>
    void command
      .command(kind)
      .argument(argument)
      .description(description)
      .action(async (name: string) => {
        const { env } = readEnvironment(surroundings.directory);
        end(await replay({ homePath: homePathOf(env), kind, name }));
      });
  add('delivery', '<id>', 'a webhook delivery, by its id');
  add('effect', '<key>', 'a wish for GitHub, by its key');
}
