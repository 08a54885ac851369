import { expect, test } from 'vitest';

import { configDefault } from '../domain/policy/repository-config.ts';
import { configText } from './repository-config.ts';

const wrong = (sentence: string) => ({ line: 3, column: 5, sentence });

test('a mistake is told in one line that can harm nobody; of several the first', () => {
  const hostile = wrong('`mode` is "@mona <!-- x --> \\n## #7 https://example.org"; it must be one of full, observe.');
  const told = [
    { config: configDefault, mistakes: [wrong('`agnet` is no key. Did you mean `agent`?')] },
    { config: null, mistakes: [hostile, hostile] },
    { config: null, mistakes: [hostile, hostile, hostile] },
    { config: configDefault, mistakes: [] },
    { config: { ...configDefault, agent: { default: 'cluade`|', retry: 'claude' } }, mistakes: [] },
    null,
  ].map((known) => configText({ known, agents: ['claude'] }));
  expect(told).toMatchInlineSnapshot(`
    [
      [
        "\`.github/reeve.yml\` on the default branch has a mistake, so that the last good one holds. Line 3, column 5: \`agnet\` is no key. Did you mean \`agent\`?",
      ],
      [
        "\`.github/reeve.yml\` on the default branch has a mistake, so that the defaults hold. Line 3, column 5: \`mode\` is "@​mona <​!-- x --> \\\\n## #​7 \`https://example.org\`"; it must be one of full, observe. The server's log has another one.",
      ],
      [
        "\`.github/reeve.yml\` on the default branch has a mistake, so that the defaults hold. Line 3, column 5: \`mode\` is "@​mona <​!-- x --> \\\\n## #​7 \`https://example.org\`"; it must be one of full, observe. The server's log has 2 more.",
      ],
      [],
      [
        "\`.github/reeve.yml\` names agents that this server does not have (\`\` cluade\`\\| \`\`), which counts as naming none. It has \`claude\`.",
      ],
      [],
    ]
  `);
});
