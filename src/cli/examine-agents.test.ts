import { expect, test } from 'vitest';

import { knownAgents } from '../domain/run/known-agents.ts';
import { examineAgent, judgeAgent } from './examine-agents.ts';

const access = { provider: 'openai', upstream: 'https://api.openai.com', price: null } as const;
const codex = { name: 'codex', kind: 'codex', argv: ['codex'], access } as const;
const own = { name: 'agent', kind: 'custom-command', argv: ['/opt/agent'], access: null } as const;
const place = '/usr/bin/codex';
const claude = { name: 'claude', kind: 'claude-code', argv: ['claude'], access } as const;

test('what is said of each agent', () => {
  const proven = knownAgents.codex.version;
  const table = [
    judgeAgent(codex, { place, version: proven }),
    judgeAgent(claude, { place, version: '2.1.300' }),
    judgeAgent(codex, { place, version: '0.99.9' }),
    judgeAgent(codex, { place, version: '1.0.0' }),
    judgeAgent(codex, { place, version: null }),
    judgeAgent({ ...codex, access: null }, { place, version: proven }),
    judgeAgent(codex, { place: null, version: null }),
    judgeAgent(own, { place: '/opt/agent', version: null }),
    judgeAgent(own, { place: null, version: null }),
  ];
  const text = table.map(({ name, verdict, says }) => `${verdict} ${name}: ${says}`).join('\n');
  expect(text).toMatchInlineSnapshot(`
    "ok agent codex: /usr/bin/codex; version 0.169.0; asks its model (openai) by the proxy of its run, and knows no key
    ok agent claude: /usr/bin/codex; version 2.1.300; asks its model (openai) by the proxy of its run, and knows no key
    warn agent codex: /usr/bin/codex; version 0.99.9 is too old: install 0.169.0; asks its model (openai) by the proxy of its run, and knows no key
    warn agent codex: /usr/bin/codex; version 1.0.0 is newer than what is known: Reeve was seen to work with 0.169.0; install that if runs fail; asks its model (openai) by the proxy of its run, and knows no key
    warn agent codex: /usr/bin/codex; it does not tell its version; Reeve was seen to work with 0.169.0; asks its model (openai) by the proxy of its run, and knows no key
    warn agent codex: /usr/bin/codex; version 0.169.0; has no proxy to its model: it must bring credentials of its own, which its runs can read, and what it spends is known by its own word alone; set its provider and the key of its model (docs/agents.md), and leave that key out of REEVE_AGENT_ENV
    mend agent codex: codex is not on PATH; install it (npm package @openai/codex), or give its full path in REEVE_AGENT or REEVE_AGENTS
    ok agent agent: /opt/agent
    mend agent agent: /opt/agent is not on PATH; install it, or give its full path in REEVE_AGENT or REEVE_AGENTS"
  `);
});

test('its program is looked for on PATH and asked for its version', async () => {
  const ways = { path: '/usr/bin:/bin', askVersion: async () => `codex-cli ${knownAgents.codex.version}\n` };
  expect(await examineAgent({ ...codex, argv: ['sh'] }, ways)).toEqual({
    name: 'agent codex',
    verdict: 'ok',
    says: expect.stringMatching(/\/sh; version 0\.169\.0; asks its model \(openai\) by the proxy of its run/),
  });
});
