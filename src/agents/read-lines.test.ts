import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { readLines } from './read-lines.ts';

async function linesOf(chunks: readonly (string | Buffer)[], bytesMax = 100) {
  const stream = new PassThrough();
  const lines: string[] = [];
  const tooLong: number[] = [];
  const done = readLines(stream, {
    ...{ bytesMax, onLine: (line) => lines.push(line), onTooLong: (bytes) => tooLong.push(bytes) },
  });
  for (const chunk of chunks) {
    stream.write(chunk);
    await turn(); // each comes by itself
  }
  stream.end();
  await done;
  return { lines, tooLong };
}

test('lines come whole, however they are cut', async () => {
  const word = Buffer.from('käse');
  const { lines } = await linesOf(['a\nb', 'c\n', '\n', word.subarray(0, 2), word.subarray(2), '\nlast']);
  expect(lines).toEqual(['a', 'bc', '', 'käse', 'last']);
});

test('a line that is too long is let go, and the next one is read', async () => {
  const { lines, tooLong } = await linesOf(['x'.repeat(60), 'y'.repeat(60), 'z\nshort\n', `${'w'.repeat(101)}\nend\n`]);
  expect(lines).toEqual(['short', 'end']);
  expect(tooLong).toEqual([121, 101]);
});

test('as long as it may be is not too long', async () => {
  expect(await linesOf([`${'x'.repeat(100)}\n`])).toEqual({ lines: ['x'.repeat(100)], tooLong: [] });
});

test('a stream that breaks ends like any other', async () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  const done = readLines(stream, { bytesMax: 100, onLine: (line) => lines.push(line), onTooLong: () => {} });
  stream.write('a\nb');
  await turn();
  stream.destroy(new Error('broken'));
  await done;
  expect(lines).toEqual(['a', 'b']);
});
