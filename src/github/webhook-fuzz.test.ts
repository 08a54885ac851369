import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseDelivery } from './webhook.ts';

const directory = 'fixtures/payloads';

describe('nothing makes it throw, and what it takes for an event is sound', () => {
  const RUNS = 2_000;
  const MS_MAX = 60_000; // it takes a second or two on a machine that does nothing else
  const bodies = readdirSync(directory).map((file) => ({
    event: file.split('.')[0]!,
    text: readFileSync(join(directory, file), 'utf8'),
  }));
  const hostile = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      '',
      0,
      -1,
      1.5,
      2 ** 53,
      1e308,
      '\u0000',
      '\ud800',
      '../..',
      '-x',
      'a\nb',
      [],
      {},
      true,
    ),
    fc.string({ unit: 'binary' }),
    fc.jsonValue({ maxDepth: 2 }),
    fc.integer({ min: 1, max: 300_000 }).map((length) => 'x'.repeat(length)),
  );
  /** Some value of the body, by a walk from its root. */
  const mutate = (body: unknown, steps: readonly number[], value: unknown): unknown => {
    if (steps.length === 0 || typeof body !== 'object' || body === null) return value;
    const [step = 0, ...rest] = steps;
    const keys = Object.keys(body);
    const key = keys[step % Math.max(1, keys.length)] ?? 'x';
    const part: unknown = Reflect.get(body, key);
    return Array.isArray(body)
      ? body.map((one: unknown, at) => (String(at) === key ? mutate(one, rest, value) : one))
      : { ...body, [key]: mutate(part, rest, value) };
  };
  const sound = (event: string, text: string): boolean => {
    const parsed = parseDelivery(event, text);
    if (parsed.kind === 'uninteresting') return true;
    const isShort = JSON.stringify(parsed.event).length < 2_000_000;
    if (!('repository' in parsed.event)) return isShort && Number.isSafeInteger(parsed.event.installationId);
    const { repository: seen, sender: by } = parsed.event;
    const ids = [seen.id, seen.installationId, by.id];
    const isNamed = /^[\w-]+(?:\[bot\])?\/[\w.-]{1,100}$/.test(`${seen.owner}/${seen.name}`);
    return ids.every((id) => Number.isSafeInteger(id) && id > 0) && isNamed && isShort;
  };

  test(
    'real payloads with hostile values in any place',
    () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...bodies.map(({ event, text }) => ({ event, body: JSON.parse(text) as unknown }))),
          fc.array(fc.nat(200), { minLength: 1, maxLength: 4 }),
          hostile,
          ({ event, body }, steps, value) => {
            expect(sound(event, JSON.stringify(mutate(body, steps, value)))).toBe(true);
          },
        ),
        { numRuns: RUNS },
      );
    },
    MS_MAX,
  );

  test(
    'real payloads with their text cut, doubled, nested or otherwise broken',
    () => {
      const pieces = [
        '',
        '"',
        '{',
        '}',
        '[',
        '\\',
        '\u0000',
        '\ud800',
        '"__proto__":{"x":1},',
        '"constructor":1,',
        '1e999',
      ];
      const broken = fc.record({
        body: fc.constantFrom(...bodies),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        piece: fc.oneof(
          fc.constantFrom(...pieces),
          fc.nat(50_000).map((depth) => '['.repeat(depth)),
        ),
        isCut: fc.boolean(),
      });
      fc.assert(
        fc.property(broken, ({ body: { event, text }, at, piece, isCut }) => {
          const place = Math.floor(at * text.length);
          expect(sound(event, text.slice(0, place) + piece + (isCut ? '' : text.slice(place)))).toBe(true);
        }),
        { numRuns: RUNS },
      );
    },
    MS_MAX,
  );

  test('anything at all', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (event, body) => {
        expect(parseDelivery(event, body).kind).toBe('uninteresting');
      }),
    );
  });
});
