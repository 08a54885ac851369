import { expect, test } from 'vitest';

import { tickedLetter } from './ticked.ts';

test.each([
  ['- [ ] **a** · red\n- [x] **b** · blue', 'b'],
  ['text\r\n\r\n- [X] **a** · red\r\n- [ ] **b** · blue', 'a'],
  ['- [x] **a** · red\n- [x] **b** · blue', null],
  ['- [ ] **a** · red', null],
  ['> - [x] **a** · red\n- [ ] **a** · red', null],
  ['- [x] a · red', null],
  ['- **a** · red', null],
  ['', null],
])('%j → %s', (card, letter) => expect(tickedLetter(card)).toBe(letter));
