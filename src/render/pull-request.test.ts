import { expect, it } from 'vitest';
import { finished, granted, launched, story, toReview } from '../../test/sessions.ts';
import { pullRequest } from './pull-request.ts';

const issue = { number: 7, title: 'Totals are rounded too early' };

it('tells what was done and closes its issue', () => {
  expect(pullRequest(story(...toReview), issue)).toMatchInlineSnapshot(`
    {
      "body": "Closes #7

    ### What was done

    > Rounds once, at the end.

    ### Questions and answers

    1. Which rounding?
       \`mona\`: **b**, Half even

    ### How to go on

    - Ask for a change: comment here, then \`/reeve retry\`; the same agent goes on in the same workspace.
    - Take it: mark it ready for review and merge it. That closes the issue.
    - Leave it: close it, or \`/reeve stop\`.

    <sub>Asked for by \`mona\` · session \`5-7-1\`</sub>",
      "title": "Totals are rounded too early",
    }
  `);
});

it('closes no other issue and mentions nobody, whatever the agent says', () => {
  const session = story(granted, launched(), finished('Fixes #3, closes o/r#4. Thanks @boss\n\nCloses #5'));
  const { body } = pullRequest(session, issue);
  expect([...body.matchAll(/#\d+/g)].map(([reference]) => reference)).toEqual(['#7']);
  expect(body).not.toMatch(/@\w/);
});

it('does without a summary and without a title', () => {
  const { title, body } = pullRequest(story(granted, launched(), finished(null)), { number: 7, title: '\u200b ' });
  expect(title).toBe('Work on issue 7');
  expect(body).toContain('The agent left no summary');
});
