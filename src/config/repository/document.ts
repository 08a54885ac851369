import { z } from 'zod';

import { CONFIG_PATH, repositoryConfigSchema } from '../../domain/policy/repository-config.ts';
import { described, groupIn, type Described } from './sentences.ts';

/** `schemas/reeve.schema.json`, for editors. */
export function repositoryConfigJsonSchema(): string {
  const schema = z.toJSONSchema(repositoryConfigSchema, {
    io: 'input',
    override: ({ jsonSchema }) => void delete jsonSchema['must'],
  });
  const title = { title: CONFIG_PATH, description: 'How Reeve works in a repository.' };
  return `${JSON.stringify({ ...schema, ...title }, null, 2)}\n`;
}

/** `docs/repository-config.md`, made from the schema. */
export function repositoryConfigDocument(): string {
  return `# The configuration of a repository

Made from \`src/domain/policy/repository-config.ts\` by \`npm run docs\`; a test compares the two. Do not edit it by hand.

A repository says in \`${CONFIG_PATH}\` **on its default branch** how Reeve is to work in it. Without that file the defaults below
hold. A file on another branch means nothing, and no run can change it: it is protected, as is all in \`.github/reeve/\`.

- It is read before each run, before work is published, and when Reeve compares a repository with GitHub, which is also how a
  repository that observes goes back to work. \`labels\`, \`mode\`, \`limits\` and \`max_active_sessions\` hold between these as they
  were read last.
- A file with a mistake changes nothing: the last good one stays in force, or the defaults where there never was one. The status
  card says so in a line, and the log tells each mistake with its line, its column, what is there and how to mend it.
- **The server has the last word.** What it allows is the ceiling: a repository can have less of money, tokens, time, runs and slots,
  and can take from what agents may do, but never add to it. An agent that the server does not have counts as none, and the card
  says so.
- The setup command comes from whoever may write to the default branch, and runs where the agent runs, in the same sandbox, with the
  same limits: it can do nothing that the agent could not do. So it needs no leave of the server.

Editors check it with [the JSON schema](../schemas/reeve.schema.json): begin the file with
\`# yaml-language-server: $schema=PATH-OR-URL\`.

## An example

\`\`\`yaml
agent:
  default: claude
  retry: codex
labels:
  require: [accepted]
  block: [do-not-automate]
setup:
  command: [npm, ci]
  lockfiles: [package-lock.json]
  cache: [node_modules]
permissions:
  deny:
    - { tool: fetch }
paths:
  allowed: ['src/**', 'docs/**']
  protected: ['src/billing/']
limits:
  usd: 10
  runs: 5
max_active_sessions: 2
\`\`\`

## The keys

| Key | Means | Must be | Default |
| --- | --- | --- | --- |
${rows(described).join('\n')}

## What each does

- **\`labels\`** are looked at when \`reeve:ready\` begins work, and before the first run of any work that people on GitHub began, with the
  newest file. Afterwards labels may change without ending the work. What an operator submits is not asked for its labels.
- **\`mode: observe\`** holds everything that would start: work waits in the queue, and its card says why. Agents at work go on.
- **\`agent\`**: a label \`reeve:agent/NAME\` wins; then a name for what is to be done; then whoever worked on the issue last; then
  \`default\`; then the first agent of the server.
- **\`permissions\`** concern agents that ask before they act (docs/decisions/0013-permissions.md). Where the server allows what it does not
  name, \`allow\` says what is not asked for; elsewhere it keeps, of what the server names, what it names too.
- **\`limits\`** are also the size by which one answer raises a budget ([pool.md](pool.md)).

Presets and organisation defaults (\`extends\`), parts of a repository with rules of their own (\`projects\`), and the modes \`run-only\`,
\`triage-only\` and \`feedback-only\` are not there yet, and are refused with these words.
`;
}

function rows(group: Described, before = ''): string[] {
  return Object.entries(group.properties ?? {}).flatMap(([key, value]) => {
    const inner = groupIn(value);
    const preset = value.default === undefined || inner ? '' : `\`${JSON.stringify(value.default)}\``;
    return [
      `| \`${before}${key}\` | ${value.description} | ${value.must} | ${preset} |`,
      ...(inner ? rows(inner, `${before}${key}.`) : []),
    ];
  });
}
