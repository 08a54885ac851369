import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';

import { readLines } from './read-lines.ts';

async function read(stream: Readable, bytesMax = 10): Promise<string[]> {
  const seen: string[] = [];
  await readLines(stream, {
    bytesMax,
    onLine: (line) => seen.push(line),
    onTooLong: () => seen.push('(too long)'),
  });
  return seen;
}

test('lines come whole, however they are cut, and the last one needs no end', async () => {
  const text = Buffer.from('one\n\ntwö\nthree');
  const bytewise = Readable.from(
    Array.from(text, (byte) => Buffer.from([byte])),
    { objectMode: false },
  );
  expect(await read(bytewise)).toEqual(['one', 'twö', 'three']);
  expect(await read(Readable.from([text], { objectMode: false }))).toEqual(['one', 'twö', 'three']);
});

test('a line that is too long is skipped, and the next one is read', async () => {
  const text = `${'x'.repeat(10)}\n${'y'.repeat(11)}\nend\n`;
  expect(await read(Readable.from([Buffer.from(text)], { objectMode: false }))).toEqual([
    'xxxxxxxxxx',
    '(too long)',
    'end',
  ]);
});

test('who skips a line is told how it begins, before it ends', async () => {
  const stream = new PassThrough();
  const heads: [number, string][] = [];
  const told = new Promise<void>((resolve) => {
    void readLines(stream, {
      bytesMax: 2000,
      onLine: () => undefined,
      onTooLong: (bytes, head) => {
        heads.push([bytes, head]);
        resolve();
      },
    });
  });
  stream.write(`for:7 ${'x'.repeat(3000)}`);
  await told;
  expect(heads).toEqual([[3006, `for:7 ${'x'.repeat(1018)}`]]);
});

test('a line without an end takes no more memory than the bound', async () => {
  const mebibyte = Buffer.alloc(1024 * 1024, 120);
  const endless = Readable.from(
    (function* () {
      for (let count = 0; count < 300; count += 1) yield Buffer.from(mebibyte);
    })(),
    { objectMode: false },
  );
  global.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watched = endless.on('data', () => (most = Math.max(most, process.memoryUsage().arrayBuffers - before)));
  expect(await read(watched, 1024 * 1024)).toEqual(['(too long)']);
  expect(most).toBeLessThan(150 * 1024 * 1024); // what is not collected yet is counted too
});

test('a stream that breaks has ended', async () => {
  const stream = new PassThrough();
  const reading = read(stream);
  stream.write('half', () => stream.destroy(new Error('gone')));
  expect(await reading).toEqual(['half']);
});
