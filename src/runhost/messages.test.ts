import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';

import { runDirectoryAt } from '../runs/run-directory.ts';
import { leaveMessage } from '../runs/run-directory/messages.ts';
import { createMessenger } from './messages.ts';

test('what became of a message, and cannot be written down, ends the run and not its host', async () => {
  const path = mkdtempSync(join(tmpdir(), 'reeve-messages-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const directory = runDirectoryAt(path);
  await leaveMessage(directory, { id: 'comment-1', at: 0, text: 'Use tabs.' });
  const messenger = createMessenger({
    directory,
    isSupported: true,
    onOutcome() {
      throw new Error('The disk is full.');
    },
  });
  await messenger.look(async () => true);
  await setImmediate();
  await expect(messenger.look(null)).rejects.toThrow('The disk is full.');
});
