import { readFileSync } from 'node:fs';

import { promptNotes, type PromptNotes, type TemplateMistake } from '../../domain/prompt/notes.ts';
import type { Purpose, PromptVariables } from '../../domain/prompt/purposes.ts';
import type { Section } from '../../domain/prompt/section.ts';
import { renderTemplate, type TemplateSource } from './template.ts';

/** A prompt, and what people should know of how it was made. */
export type Prompt = { readonly text: string; readonly notes: PromptNotes | null };

/** What an agent is told: by the template of the repository, or by ours when it has none or a mistaken one. */
export function makePrompt<P extends Purpose>(
  purpose: P,
  variables: PromptVariables[P],
  {
    override,
    mistakes = [],
  }: { readonly override: TemplateSource | null; readonly mistakes?: readonly TemplateMistake[] },
): Prompt {
  const hidden = sectionsOf(variables).flatMap((section) => section.hidden);
  const own = override && renderTemplate(override, purpose, variables);
  if (own?.outcome === 'rendered') return { text: own.prompt, notes: promptNotes(hidden, mistakes) };
  const shipped = renderTemplate(shippedTemplate(purpose), purpose, variables);
  if (shipped.outcome === 'mistaken')
    throw new Error(`${shipped.mistakes[0]?.template}: ${shipped.mistakes[0]?.problem}`);
  return { text: shipped.prompt, notes: promptNotes(hidden, [...mistakes, ...(own?.mistakes ?? [])]) };
}

/** The template that comes with Reeve. */
function shippedTemplate(purpose: Purpose): TemplateSource {
  const path = `templates/${purpose}.md`;
  return { path, text: readFileSync(new URL(path, import.meta.url), 'utf8') };
}

function sectionsOf(variables: object): readonly Section[] {
  return Object.values(variables).filter(
    (value): value is Section => typeof value === 'object' && value !== null && 'hidden' in value,
  );
}
