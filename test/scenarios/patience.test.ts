import { expect, test } from 'vitest';

import { REPO, startReeve } from '../reeve.ts';

const BOT = 'reeve[bot]';
const RETRY_AFTER_S = 5; // a start on a busy machine takes two or three of them

test('killed while GitHub asks for patience: the next life sends nothing before its time, and then goes on', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  const { control } = reeve.emulator;
  const path = '/repos/*/*/issues/*/comments';
  control.addFault({ kind: 'status', method: 'POST', path, status: 403, retryAfterSeconds: RETRY_AFTER_S });
  await reeve.ada.labels(1);
  await reeve.until(() => reeve.log().includes('The effect was not done'), 'the refusal to be heard');
  const refused = control.requests().find(({ status }) => status === 403)!;
  await reeve.kill9();
  const before = control.requests().length;
  await reeve.restart();
  await reeve.ada.comments(2, '/reeve help'); // a person, on another issue of that installation
  await reeve.until(() => reeve.cards(1).length + reeve.replies(2).length === 2, 'the card and the reply');
  const next = control
    .requests()
    .slice(before)
    .filter(({ actor, path: asked }) => actor === BOT && asked.startsWith('/repos/')); // git is not counted by GitHub
  expect(next[0]!.at).toBeGreaterThanOrEqual(refused.at + RETRY_AFTER_S * 1000);
  await reeve.untilLabel(1, 'reeve:review');
  await reeve.calm();
});

test('a flood of strangers is answered at one write a second, and a maintainer’s command before them', async () => {
  const strangers = 24; // more than there are lanes at work at once
  const titles = Array.from({ length: strangers + 1 }, (_, index) => ({ title: `Issue ${index + 1}` }));
  const reeve = await startReeve({
    ...{ agent: 'agent-that-succeeds', issues: titles, mayBeUnwell: true },
    settings: { REEVE_WRITE_SPACING_MS: '1000' },
  });
  const { control } = reeve.emulator;
  control.setLimits({ isSecondaryEnforced: true });
  for (let issue = 1; issue <= strangers; issue += 1) {
    await reeve.as(`stranger-${issue}`).comments(issue, '/reeve stop');
  }
  const posts = () =>
    control
      .requests()
      .filter(({ method, actor, path }) => method === 'POST' && actor === BOT && path.startsWith(`/repos/${REPO}/`));
  await reeve.until(() => posts().length >= 2, 'the first strangers to be told');
  await reeve.ada.comments(strangers + 1, '/reeve help');
  const others = posts().length;
  await reeve.until(() => reeve.replies(strangers + 1).length > 0, 'the answer to the maintainer');
  const sent = posts();
  const place = sent.findIndex(({ path }) => path.includes(`/issues/${strangers + 1}/`));
  expect(place - others).toBeLessThanOrEqual(4);
  await reeve.until(() => posts().length >= 8, 'more strangers to be told');
  const all = posts();
  expect(all.at(-1)!.at - all[0]!.at).toBeGreaterThan((all.length - 1) * 1000 - 500); // they may be a moment under way
  const meter = control.meters().find(({ owner }) => owner.startsWith('installation'));
  expect(meter).toMatchObject({ refused: 0, sentTooEarly: 0, secondaryExceeded: 0 });
});
