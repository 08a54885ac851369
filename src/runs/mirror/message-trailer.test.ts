import { expect, test } from 'vitest';

import { addTrailer } from './message-trailer.ts';

const trailer = 'Reeve-Session: 7-1-1';

test.each([
  ['Fix it', 'Fix it\n\nReeve-Session: 7-1-1\n'],
  [
    'Fix it\n\nBecause: it was broken,\nbadly.\n',
    'Fix it\n\nBecause: it was broken,\nbadly.\n\nReeve-Session: 7-1-1\n',
  ],
  ['Fix it\n\nSigned-off-by: A <a@b>\n\n', 'Fix it\n\nSigned-off-by: A <a@b>\nReeve-Session: 7-1-1\n'],
  ['fix: it', 'fix: it\n\nReeve-Session: 7-1-1\n'],
  ['', 'Change without a message\n\nReeve-Session: 7-1-1\n'],
  ['Fix\r\n\r\nBody\r\n', 'Fix\n\nBody\n\nReeve-Session: 7-1-1\n'],
  ['Reeve-Session: 1-1-1', 'Change without a message\n\nReeve-Session: 7-1-1\n'],
  ['Fix\n\nreeve-session : 9-9-9\nMore\n\n  REEVE-SESSION:x', 'Fix\n\nMore\n\nReeve-Session: 7-1-1\n'],
])('%j', (message, expected) => {
  expect(addTrailer(message, trailer)).toBe(expected);
  expect(addTrailer(expected, trailer)).toBe(expected);
});
