import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  answered,
  asked,
  broke,
  finished,
  granted,
  HEAD,
  judged,
  launched,
  mona,
  progressed,
  published,
  START,
  story,
} from '../../test/sessions.ts';
import { configDefault } from '../domain/policy/repository-config.ts';
import { outsideCode } from '../../test/outside-code.ts';
import { createMarker } from '../github/marker.ts';
import { checkRun } from './check-run.ts';
import { questionCard } from './comments/question-card.ts';
import { replyComment } from './comments/reply.ts';
import { statusCard } from './comments/status-card.ts';
import { pullRequest } from './pull-request.ts';

const { marker, find } = createMarker(Buffer.alloc(32, 7));
const PULL_URL = 'https://github.com/o/r/pull/9';

const attack = fc
  .array(
    fc.constantFrom(
      ...['@boss', 'Fixes #3', 'o/r#4', '![x](https://evil.example/x.png)', '<img src=x>', '&#64;boss', '&commat;boss'],
      ...[
        marker('card:5/7'),
        '<!-- x',
        '-->',
        '</details>',
        '```',
        '~~~',
        '`',
        '|',
        '\n',
        '\n\n',
        '[a]: https://evil.example',
      ],
      ...['www.evil.example', '> ', '- ', '# ', '\\', 'words', '\u202e', '\u00ad'],
    ),
    { minLength: 1, maxLength: 8 },
  )
  .chain((parts) => fc.constantFrom('', ' ').map((glue) => `x${parts.join(glue)}`));

function expectHarmless(markdown: string): void {
  expect(find(markdown)).toBeNull();
  const open = outsideCode(markdown).replaceAll(`](${PULL_URL})`, '');
  expect(open).not.toMatch(/@[a-z0-9]|&[#a-z]|!\[|\][([:]|:\/\/|www\.|<(?!\/?(?:details|summary|sub)>)[a-z/!?]/i);
  for (const [reference] of open.matchAll(/#\d+/g)) expect(['#7', '#9']).toContain(reference);
  expect(open.match(/<details>/g)?.length).toBe(open.match(/<\/details>/g)?.length);
}

it('nothing that others wrote does anything on GitHub, in whichever text it is shown', () => {
  fc.assert(
    fc.property(attack, (text) => {
      const card = { now: START, pullUrl: PULL_URL, commandPrefix: '/reeve' };
      const open = story(granted, launched(), asked(text, [text, text]));
      const done = [granted, launched(), asked(text, [text]), answered(text, null), granted, launched(2)] as const;
      const review = story(...done, finished(text, 2), judged(2), published());
      expectHarmless(statusCard(story(granted, launched(), progressed(text)), card));
      expectHarmless(statusCard(story(granted, launched(), broke('timed-out', text)), card));
      expectHarmless(statusCard(review, card));
      const known = { config: { ...configDefault, agent: text }, mistakes: [{ line: 1, column: 1, sentence: text }] };
      expectHarmless(statusCard(review, { ...card, config: { known, agents: ['claude'] } }));
      expectHarmless(questionCard(open, open.questions[0]!));
      expectHarmless(questionCard(review, review.questions[0]!));
      expectHarmless(checkRun(review, HEAD, START).summary);
      expectHarmless(pullRequest(review, { number: 7, title: text }).body);
      expect(pullRequest(review, { number: 7, title: text }).title).not.toMatch(/#\d|:\/\/|\n|\u200b/);
      expectHarmless(replyComment({ topic: 'not-now', to: mona, verb: text, why: text }, review));
      expectHarmless(replyComment({ topic: 'unknown-verb', to: mona, verb: text, suggestion: text }, null));
    }),
    { numRuns: 200 },
  );
});
