import { expect, test } from 'vitest';

import { runEventSchema } from '../domain/run/schema.ts';
import { createRedactor } from '../lib/redact.ts';
import { redactedHost } from './network-refusals.ts';
import { readRefusedHost } from './refused-host.ts';

test('what is no refusal is not heard', () => {
  const refused = { host: 'a.example', port: 443, why: 'not-listed' };
  expect(readRefusedHost(refused)).toEqual(refused);
  for (const odd of [null, 'text', { ...refused, host: 'x'.repeat(300) }, { host: 'b', port: 1 }]) {
    expect(readRefusedHost(odd)).toBeNull();
  }
});

test('a host that redaction makes longer can still be read by whoever reads the events', () => {
  const host = 'hushhush.'.repeat(28);
  const refused = redactedHost({ host, port: 443, why: 'not-listed' }, createRedactor(['hushhush']));
  expect(refused.host).toMatch(/^\[redacted\]\./);
  expect(refused.host).not.toContain('hushhush');
  expect(runEventSchema.parse({ at: 1, kind: 'network-refused', ...refused })).toMatchObject(refused);
});
