import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMarker } from './marker.ts';

const { marker, find } = createMarker(Buffer.alloc(32, 7));

it('gives back the slot it was made for, wherever it stands', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 40 }), fc.string(), (slot, text) => {
      expect(find(`${text}\n${marker(slot)}\n${text}`)).toBe(slot);
      expect(marker(slot).slice(4, -3)).not.toContain('--');
    }),
  );
});

it('looks the same every time', () => {
  expect(marker('card:5/7')).toMatchInlineSnapshot(`"<!-- reeve:card%3A5%2F7:fc2f4596e324f55c958cd4320cbce80a -->"`);
});

it('does not believe another key, another slot, a changed letter or none', () => {
  const genuine = marker('card:5/7');
  expect(createMarker(Buffer.alloc(32, 8)).find(genuine)).toBeNull();
  expect(find(genuine.replace('card', 'dard'))).toBeNull();
  expect(find('<!-- reeve:%E0%A4%A:0123456789abcdef0123456789abcdef -->')).toBeNull();
  expect(find('no marker')).toBeNull();
});

it('passes over a forged one in front of the genuine one', () => {
  expect(find(`<!-- reeve:card%3A5%2F7:${'0'.repeat(32)} -->\n${marker('card:5/8')}`)).toBe('card:5/8');
});
