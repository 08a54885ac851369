import { expect, test } from 'vitest';

import { secretValuesOf } from './secrets.ts';

test('values are secret by their names', () => {
  const environment = { MODEL_API_KEY: 'a', npm_token: 'b', DB_PASSWORD: 'c', EDITOR: 'vi', LANG: 'C' };
  expect(secretValuesOf(environment)).toEqual(['a', 'b', 'c']);
});
