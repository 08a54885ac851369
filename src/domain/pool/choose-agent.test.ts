import { expect, test } from 'vitest';

import { chooseAgent, type AgentOnCall, type Roster } from './choose-agent.ts';

const agent = (name: string, fallback: string | null = null): AgentOnCall => ({
  ...{ name, kind: 'custom-command', argv: [name], model: null, slotsMax: null, access: null, fallback },
});
const roster: Roster = [agent('codex', 'claude'), agent('claude', 'gemini'), agent('gemini', 'codex'), agent('mine')];
const now = 1000;
const who = (wants: string | null, last: string | null, rests: Readonly<Record<string, number>> = {}) => {
  const choice = chooseAgent(roster, { wants, last }, new Map(Object.entries(rests)), now);
  return choice.outcome === 'chosen' ? choice.agent.name : choice.until;
};

test.each<[string, Parameters<typeof who>, string | number]>([
  ['the first one is preset', [null, null], 'codex'],
  ['whoever has the conversation goes on', [null, 'mine'], 'mine'],
  ['what people chose counts more', ['gemini', 'mine'], 'gemini'],
  ['a name that nobody has counts as none', ['nobody', 'nobody'], 'codex'],
  ['while one rests another stands in', [null, 'codex', { codex: now + 1 }], 'claude'],
  ['and another for that one', [null, null, { codex: now + 1, claude: now + 1 }], 'gemini'],
  ['a rest that is over is none', [null, null, { codex: now }], 'codex'],
  ['the preset one stands in for one without a fallback', [null, 'mine', { mine: now + 1 }], 'codex'],
  ['but not for one that people chose', ['mine', null, { mine: now + 7 }], now + 7],
  [
    'when all rest, the first that is back is waited for',
    [null, null, { codex: 3000, claude: 2000, gemini: 4000 }],
    2000,
  ],
])('%s', (_, asked, expected) => {
  expect(who(...asked)).toBe(expected);
});
