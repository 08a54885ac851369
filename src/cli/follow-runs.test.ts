import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { asked, answered, finished, granted, judged, launched, published, story } from '../../test/sessions.ts';
import { runIdOf, sessionIdOf, type RunId } from '../domain/ids.ts';
import type { Session } from '../domain/session/session.ts';
import { runDirectoryOf } from '../runs/run-directory.ts';
import { readTranscript } from '../runs/run-directory/transcript.ts';
import { followRuns } from './follow-runs.ts';
import type { Home } from './home.ts';

const id = sessionIdOf(5, 7, 1);
const first = runIdOf(id, 1);
const second = runIdOf(id, 2);

const working = story(granted, launched());
const waiting = story(granted, launched(), asked('Which?'));
const again = [granted, launched(), asked('Which?'), answered('b', null), granted, launched(2)] as const;
const reviewing = story(...again, finished(null, 2), judged(2), published());

/** Transcripts on disk, and a session that goes on by one step with each look. */
function openPlace(steps: readonly (readonly [Session | null, happens?: () => void])[]) {
  const path = mkdtempSync(join(tmpdir(), 'reeve-follow-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const transcriptOf = (run: RunId): string => runDirectoryOf(path, run).transcript;
  let looks = 0;
  const home: Pick<Home, 'find' | 'transcript'> = {
    find: async () => {
      const [session, happens] = steps[Math.min(looks, steps.length - 1)]!;
      looks += 1;
      happens?.();
      return session ? { kind: 'session', id, issue: 'o/r#7', session } : { kind: 'submitted', id, issue: 'o/r#7' };
    },
    transcript: (run, part) => readTranscript(runDirectoryOf(path, run), part),
  };
  const shown = { text: '', notes: [] as string[] };
  return {
    shown,
    looks: () => looks,
    prints: (run: RunId, text: string | Buffer) => {
      mkdirSync(runDirectoryOf(path, run).path, { recursive: true });
      appendFileSync(transcriptOf(run), text);
    },
    follow: (options: Partial<Parameters<typeof followRuns>[1]> = {}) =>
      followRuns(home, {
        ...{ name: id, from: null, isRaw: false, lookMs: 1, signal: new AbortController().signal },
        write: async (part) => void (shown.text += Buffer.from(part).toString()),
        note: (text) => void shown.notes.push(text),
        ...options,
      }),
  };
}

test('what has ended is replayed, from the last run on, with the outcome told by whoever asked', async () => {
  const place = openPlace([[reviewing]]);
  place.prints(first, 'one\n');
  place.prints(second, 'two\n');
  await place.follow();
  expect(place.shown).toEqual({ text: 'two\n', notes: [`run ${second}`] });
});

test('an earlier run is shown when it is named, and those after it', async () => {
  const place = openPlace([[reviewing]]);
  place.prints(first, 'one\n');
  place.prints(second, 'two\n');
  await place.follow({ name: first, from: 1 });
  expect(place.shown).toEqual({
    ...{ text: 'ne\ntwo\n' },
    notes: [`run ${first}`, 'the first 1 bytes are not shown; --from 0 shows them', `run ${second}`],
  });
});

test('a beginning beyond the end is told as what it is', async () => {
  const place = openPlace([[working], [reviewing, () => place.prints(first, 'more\n')]]);
  place.prints(first, 'one\n');
  await place.follow({ name: first, from: 99 });
  expect(place.shown.text).toContain('more\n');
  expect(place.shown.notes[1]).toBe('it has printed only 4 bytes so far; what comes after them is shown');
});

test('a live run is followed as it prints, letters that come in halves too, and so is the next one', async () => {
  const owl = Buffer.from('🦉\n');
  const place = openPlace([
    [null],
    [working],
    [working, () => place.prints(first, owl.subarray(0, 2))],
    [working, () => place.prints(first, owl.subarray(2))],
    [story(...again), () => place.prints(first, 'last words\n')],
    [story(...again), () => place.prints(second, 'second\n')],
    [reviewing],
  ]);
  await place.follow();
  expect(place.shown).toEqual({
    ...{ text: '🦉\nlast words\nsecond\n' },
    notes: ['no run has begun yet', `run ${first}`, `run ${second}`],
  });
});

test('it ends where a person is needed', async () => {
  const place = openPlace([[working], [waiting]]);
  await place.follow();
  expect(place.looks()).toBe(2);
});

test('of much only the last part is shown, unless another beginning is asked for', async () => {
  const place = openPlace([[waiting]]);
  place.prints(first, 'x'.repeat(100_000));
  await place.follow();
  expect(place.shown.text).toHaveLength(65_536);
  expect(place.shown.notes).toEqual([`run ${first}`, 'the first 34464 bytes are not shown; --from 0 shows them']);
  place.shown.text = '';
  await place.follow({ from: 0 });
  expect(place.shown.text).toHaveLength(100_000);
});

test('what would act on the terminal is shown as a picture, or goes through when it is asked for', async () => {
  const place = openPlace([[waiting]]);
  place.prints(first, '\u001b[2Jgone\n');
  await place.follow();
  expect(place.shown.text).toBe('␛[2Jgone\n');
  await place.follow({ isRaw: true });
  expect(place.shown.text).toBe('␛[2Jgone\n\u001b[2Jgone\n');
});

test('whoever has seen enough leaves at once', async () => {
  const controller = new AbortController();
  const place = openPlace([[working], [working, () => controller.abort()]]);
  await place.follow({ signal: controller.signal });
  expect(place.looks()).toBe(2);
});
