import { expect, test } from 'vitest';

import { configDefault } from '../../domain/policy/repository-config.ts';
import type { Place } from './place.conformance.ts';

/** What repositories say of themselves. */
export function describeConfigs({ store, reopen }: Place): void {
  test('the configuration of a repository is what was put there last, also after the store was opened again', async () => {
    expect(await store().configs.get(1)).toBeNull();
    const config = {
      ...configDefault,
      agent: { retry: 'codex' },
      permissions: { deny: [{ tool: 'fetch' as const, subject: null }] },
      limits: { usd: 2.5 },
    };
    const mistakes = [{ line: 3, column: 1, sentence: '`🦉` is no key.' }];
    await store().configs.put(1, { config: configDefault, mistakes: [] });
    await store().configs.put(1, { config, mistakes });
    await store().configs.put(2, { config: null, mistakes });
    const { configs } = await reopen();
    expect(await configs.get(1)).toEqual({ config, mistakes });
    expect(await configs.get(2)).toEqual({ config: null, mistakes });
    expect(await configs.get(3)).toBeNull();
  });
}
