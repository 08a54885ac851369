import { expect, test } from 'vitest';

import { readRefusedHost } from './refused-host.ts';

test('what is no refusal is not heard', () => {
  const refused = { host: 'a.example', port: 443, why: 'not-listed' };
  expect(readRefusedHost(refused)).toEqual(refused);
  for (const odd of [null, 'text', { ...refused, host: 'x'.repeat(300) }, { host: 'b', port: 1 }]) {
    expect(readRefusedHost(odd)).toBeNull();
  }
});
