import { expect, test } from 'vitest';

import { broke, granted, launched, START, story } from '../../test/sessions.ts';
import type { Session } from '../domain/session/session.ts';
import { renderCleanup } from './cleanup.ts';
import { statusCard } from './comments/status-card.ts';

const detail = 'The setup (npm ci): It ended with exit code 1. Its last words: npm error 404 <b>left-pad</b>';
const card = (session: Session): string =>
  statusCard(session, { now: START + 20 * 60_000, pullUrl: null, commandPrefix: '/reeve' })
    .split('\n<details>\n<summary>History')[0]!
    .trim();

test('a setup that failed and is tried again', () => {
  expect(card(story(granted, launched(), broke('setup-failed', detail)))).toMatchInlineSnapshot(`
    "### Reeve · Trying again soon

    What the repository depends on could not be set up, so no agent was started. Another try follows at 2026-11-20 09:15 UTC by itself.

    | Run | Started | Time | Spend | Branch |
    | --- | --- | --- | --- | --- |
    | 1 | 2026-11-20 09:13 UTC | 2 min | $0.42 · 12.3k tokens | \`reeve/7-totals-are-rounded-too-early\` |

    \`\`\`text
    The setup (npm ci): It ended with exit code 1. Its last words: npm error 404 <b>left-pad</b>
    \`\`\`"
  `);
});

test('a setup that failed for good', () => {
  const session = story(granted, launched(), broke('setup-failed', detail));
  expect(card({ ...session, state: 'failed', why: 'setup-failed', detail } as Session)).toMatchInlineSnapshot(`
    "### Reeve · Failed

    What the repository depends on could not be set up, in several tries, so no agent was started. The detail below ends with the last words of the setup command. Mend what it names in the repository, or ask whoever runs the server to look at the command (REEVE_SETUP), then try again. \`/reeve retry\` starts afresh on a new branch.

    | Run | Started | Time | Spend | Branch |
    | --- | --- | --- | --- | --- |
    | 1 | 2026-11-20 09:13 UTC | 2 min | $0.42 · 12.3k tokens | \`reeve/7-totals-are-rounded-too-early\` |

    \`\`\`text
    The setup (npm ci): It ended with exit code 1. Its last words: npm error 404 <b>left-pad</b>
    \`\`\`"
  `);
});

test('what setups made, in the numbers of a clean-up', () => {
  const nothing = { removed: 0, removedMib: 0, kept: 0, failed: 0 };
  const counts = { removed: 0, 'preserved-and-removed': 0, kept: 0, missing: 0, failed: 0 };
  const said = (isDryRun: boolean, setups: typeof nothing) =>
    renderCleanup({ isDryRun, workspaces: [], counts, setups });
  expect([
    said(false, nothing),
    said(true, { ...nothing, removed: 2, removedMib: 310, kept: 3 }),
    said(false, { removed: 1, removedMib: 300, kept: 3, failed: 1 }),
  ]).toMatchInlineSnapshot(`
    [
      "0 removed, 0 stay, 0 failed.
    ",
      "0 would be removed, 0 would stay. Nothing was done.
    Of what setups made: 2 would be removed (310 MiB), 3 would stay.
    ",
      "0 removed, 0 stay, 0 failed.
    Of what setups made: 1 removed (300 MiB), 3 stay, 1 failed.
    ",
    ]
  `);
});
