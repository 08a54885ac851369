import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exampleVariables } from '../../../test/prompts.ts';
import type { Section } from '../../domain/prompt/section.ts';
import { renderTemplate } from './template.ts';

const render = (text: string) => renderTemplate({ path: 'T.md', text }, 'retry', exampleVariables.retry);
const rendered = (text: string, variables = exampleVariables.retry): string => {
  const outcome = renderTemplate({ path: 'T.md', text }, 'retry', variables);
  if (outcome.outcome !== 'rendered') throw new Error(JSON.stringify(outcome.mistakes));
  return outcome.prompt;
};
const said = (text: string): string[] => {
  const outcome = render(text);
  return outcome.outcome === 'rendered' ? [] : outcome.mistakes.map(({ line, problem }) => `${line}: ${problem}`);
};

it.each([
  [
    'a variable that is misspelt',
    'a\n{{ isue }}',
    '2: The purpose `retry` has no variable `isue`. Did you mean `issue`?',
  ],
  [
    'a part that does not exist',
    '{{ pull.headline }}',
    '1: The purpose `retry` has no variable `pull.headline`. Known are `pull` and `pull.number`.',
  ],
  [
    'a variable of a branch that is not taken',
    '{% unless pull %}\n{{ foo }}{% endunless %}',
    '2: The purpose `retry` has no variable `foo`. Known are `repository`, `number`, `rules`, `instructions`, `issue`, `comments`, `branch`, `answers`, `pull` and `pull.number`.',
  ],
  ['a group', '{{ pull }}', 'null: It prints a group of variables: say which of them.'],
  ['a filter', '{{ issue | upcase }}', '1: There is no filter `upcase`: templates have none.'],
  [
    'a tag that reads files',
    'a\n\n{% include "/etc/passwd" %}',
    '3: There is no tag `include`: templates have `if`, `unless`, `case`, `comment` and `raw`.',
  ],
  ['a tag that is not closed', '{% if pull %}', '1: tag {% if pull %} not closed.'],
  ['an output that is not closed', 'a {{ issue', '1: output "{{ issue" not closed.'],
  ['a section in code', '```\n{{ issue }}\n```', '2: A section stands in a code block, and has fences of its own.'],
  ['what is large', 'a'.repeat(20_001), 'null: It is larger than 20000 characters.'],
  ['what makes a large prompt', '{{ rules }}'.repeat(300), 'null: It makes a prompt of more than 400000 characters.'],
  ['what is much work', '{% if (1..900000000) contains 3 %}{% endif %}', '1: It is too much work to render.'],
])('says what is wrong: %s', (_, text, problem) => {
  expect(said(text)).toEqual([problem]);
});

it('names every unknown variable, five at most', () => {
  expect(said('{{ a1 }}\n{{ b1 }}\n{{ c1 }}\n{{ d1 }}\n{{ e1 }}\n{{ f1 }}').map((one) => one.slice(0, 2))).toEqual([
    '1:',
    '2:',
    '3:',
    '4:',
    '5:',
  ]);
});

it('puts sections on lines of their own, whatever is around them, and what is missing leaves no gap', () => {
  const text = 'Do #{{ number }}.\n\n- > {{ rules }} now\n\n{{ answers }}\n\n\nEnd.';
  const variables = { ...exampleVariables.retry, answers: null, rules: { text: '# R', hidden: [] } };
  expect(rendered(text, variables)).toBe('Do #7.\n\n- >\n\n# R\n\n now\n\nEnd.\n');
});

it('has the rules at its end when the template leaves them out', () => {
  expect(rendered('Do it.')).toMatch(/^Do it\.\n\n# Rules\n/);
  expect(rendered('{{ rules }}\n{{ issue }}').match(/# Rules/g)).toHaveLength(1);
});

it('reads nothing in a section as a template, and hidden characters of a template not at all', () => {
  const issue: Section = { text: '# I\n\n{{ rules }} {% include "x" %} \u00010\u0001', hidden: [] };
  expect(rendered('a\u200b{{ issue }}', { ...exampleVariables.retry, issue })).toMatch(
    /^a\n\n# I\n\n\{\{ rules \}\} \{% include "x" %\}/,
  );
});

it('ends well or says what is wrong, whatever the template is', () => {
  const piece = fc.constantFrom(
    ...[
      '{{ issue }}',
      '{{ pull.number }}',
      '{{',
      '}}',
      '{%',
      '%}',
      '{% if pull %}',
      '{% endif %}',
      '{% raw %}',
      '{% endraw %}',
    ],
    ...[
      '```',
      '\n',
      ' ',
      'a',
      '\u0001',
      '0',
      '"',
      "'",
      '|',
      '[',
      '{% case number %}',
      '{% when 7 %}',
      '{% endcase %}',
      '{%- comment -%}',
    ],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }), (pieces) => {
      const outcome = render(pieces.join(''));
      const problems = outcome.outcome === 'mistaken' ? outcome.mistakes.map(({ problem }) => problem) : [];
      const prompts = outcome.outcome === 'rendered' ? [outcome.prompt] : [];
      expect(problems).not.toContain('');
      expect(prompts.filter((prompt) => !prompt.includes('# Rules') || prompt.includes('\u0001'))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
