import { INSTRUCTION_BYTES_MAX, instructionPaths } from './instructions.ts';
import { TEMPLATE_BYTES_MAX, TEMPLATES_DIRECTORY } from './overrides.ts';
import { purposeNames, purposes, type Field, type Fields, type Purpose } from './purposes.ts';
import { agentVerbs } from '../run/agent-verbs.ts';

const KIB = 1024;

/** `docs/prompts.md`, made from what templates can say. */
export function promptsDocument(): string {
  return `# Prompts

Made from \`src/domain/prompt\` by \`npm run docs\`; a test compares the two. Do not edit it by hand.

What an agent is told is made from a template, one for each purpose. The templates that come with Reeve lie in
\`src/render/prompts/templates\`. A repository can have its own: \`${TEMPLATES_DIRECTORY}PURPOSE.md\` **on its default
branch**, at most ${TEMPLATE_BYTES_MAX / KIB} KiB, as it was when Reeve last fetched the repository. Copy ours and change it.

## How a template is written

A template is Markdown with the marks of [Liquid](https://liquidjs.com): \`{{ branch }}\` puts a variable in, and
\`{% if pull %} … {% else %} … {% endif %}\` says something only when there is something to say. There are \`if\`, \`unless\`,
\`case\`, \`comment\` and \`raw\`; there are no loops, no filters and no other files.

- A *line* is one harmless line, a *number* a number.
- A *section* has a heading of its own, and every text of people in it is in a fence, behind a line that says who wrote it,
  what they are to the repository and whether they may write to it. It always stands on lines of its own, so it has no place
  in a code block. A section with nothing to say is left out.
- A *group* may be missing as a whole; its parts have a dot in their names.
- \`rules\` says how the agent is to work and names every command of \`reeve-agent\`: ${verbs()}.
  A prompt always has it: where a template leaves it out, it comes last.

An unknown variable, a mistake in the marks or a file that is too large stops no work: Reeve's own template is used, and the
status card names the file, the line and what is wrong; the log has the same. So does a file that is named after no purpose.

## Purposes and their variables

Work on an issue starts agents for \`implement\`, \`answer\`, \`continue\` and \`retry\`. The other templates are for work that Reeve
does not do yet: what they say and can say is settled, and a repository can have its own already.

Every template can say these:

${table(shared())}

${purposeNames.map(purposeText).join('\n\n')}

## What is left out

What GitHub's page does not show of a text is not shown to an agent either: characters that cannot be seen, HTML comments,
attributes of tags, descriptions of images, titles of links, definitions that nothing uses. Code stays as it is where it surely is
code. When something was left out that could say anything, the status card tells it: where it stood, who wrote it, and its beginning.

Each text and each list has a bound; where something is cut the prompt says so. The newest comments are kept.

## Instructions of the repository

${instructionPaths.map((path) => `\`${path}\``).join(', ')}: what of them stands at the top of the default branch is given
to every agent, whichever it was written for, the same text once, each file up to ${INSTRUCTION_BYTES_MAX / KIB} KiB. Links are not
followed. What an agent or a stranger changes in them on another branch changes no prompt.
`;
}

function verbs(): string {
  return Object.keys(agentVerbs)
    .map((verb) => `\`${verb}\``)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' and ');
}

/** What all of them have. */
function shared(): Fields {
  const [first, ...others] = purposeNames.map((purpose): Fields => purposes[purpose].fields);
  return Object.fromEntries(Object.entries(first ?? {}).filter(([name]) => others.every((fields) => name in fields)));
}

function purposeText(purpose: Purpose): string {
  const { means, mayChange, fields } = purposes[purpose];
  const common = shared();
  const own = Object.fromEntries(Object.entries<Field>(fields).filter(([name]) => !(name in common)));
  const kept = mayChange ? '' : ' What the agent changes is not kept.';
  return [`### \`${purpose}\``, `${means}${kept}`, ...(Object.keys(own).length > 0 ? [table(own)] : [])].join('\n\n');
}

function table(fields: Fields): string {
  return ['| Variable | Kind | Says |', '| --- | --- | --- |', ...rows(fields)].join('\n');
}

function rows(fields: Fields, before = ''): string[] {
  return Object.entries(fields).flatMap(([name, field]) => [
    `| \`${before}${name}\` | ${field.kind} | ${field.says} |`,
    ...(field.kind === 'group' ? rows(field.fields, `${before}${name}.`) : []),
  ]);
}
