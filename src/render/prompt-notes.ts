import type { HiddenKind } from '../domain/prompt/hidden.ts';
import type { HiddenNote, PromptNotes } from '../domain/prompt/notes.ts';
import type { Session } from '../domain/session/session.ts';
import { code, inline } from './markdown.ts';

/** What people should know of how the prompt of the last run was made: a paragraph for each thing, in Markdown. */
export function promptNotesText({ runs }: Session): string[] {
  const notes = runs.at(-1)?.notes;
  return notes ? [...hiddenText(notes), ...mistakesText(notes)] : [];
}

function hiddenText({ hidden, hiddenMore }: PromptNotes): string[] {
  if (hidden.length === 0) return [];
  const more = hiddenMore > 0 ? [`and ${hiddenMore} more`] : [];
  return [`Hidden text was left out of the prompt: ${[...hidden.map(hiddenPiece), ...more].join('; ')}.`];
}

const kinds: Readonly<Record<HiddenKind, string>> = {
  characters: 'characters that cannot be seen',
  comment: 'an HTML comment',
  definition: 'a definition that nothing uses',
  title: 'words that are not drawn',
  description: 'the description of an image',
  attributes: 'the attributes of a tag',
  contents: 'the contents of a tag',
};

function hiddenPiece({ in: place, by, kind, text }: HiddenNote): string {
  return `${kinds[kind]} in the ${inline(place)} by ${code(by)}: ${code(text)}`;
}

/** The problems are sentences of ours that quote the template in backticks. */
function mistakesText({ mistakes }: PromptNotes): string[] {
  if (mistakes.length === 0) return [];
  const lines = mistakes.map(
    ({ template, line, problem }) => `- ${code(template)}${line === null ? '' : `, line ${line}`}: ${inline(problem)}`,
  );
  return [
    `Templates on the default branch have mistakes. Where one could not be used, Reeve's own was:\n\n${lines.join('\n')}`,
  ];
}
