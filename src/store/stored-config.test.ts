import { expect, test } from 'vitest';

import { knownConfigFromJson } from './stored-config.ts';

test('a configuration of another version is as one that was never read; damage is told', () => {
  expect(knownConfigFromJson('{"config":{"mode":"of-another-version"},"mistakes":[]}', 7)).toBeNull();
  expect(() => knownConfigFromJson('{"config":', 7)).toThrow('the configuration of repository 7');
});
