import { countCharacters } from '../characters.ts';
import { invalid } from '../errors.ts';
import type { Annotation, CheckAction } from '../state/checks.ts';

// GitHub's own limits; its OpenAPI document states only some of them.
const TEXT_CHARACTERS_MAX = 65_535;
const ANNOTATIONS_MAX = 50;
const ANNOTATION_BYTES_MAX = 65_536;
const ANNOTATION_TITLE_CHARACTERS_MAX = 255;
const ACTIONS_MAX = 3;
const actionCharactersMax = { label: 20, description: 40, identifier: 20 } as const;

export type CheckOutput = {
  readonly title?: string | undefined;
  readonly summary: string;
  readonly text?: string | undefined;
  readonly annotations?: readonly Annotation[] | undefined;
};

/** 422 when the output of a check run is longer than GitHub takes. */
export function checkOutput({ summary, text, annotations = [] }: CheckOutput): void {
  for (const [field, value] of Object.entries({ summary, text })) {
    if (value !== undefined && countCharacters(value) > TEXT_CHARACTERS_MAX) tooLong(field, TEXT_CHARACTERS_MAX);
  }
  if (annotations.length > ANNOTATIONS_MAX) {
    throw invalid('CheckRun', 'annotations', 'custom', `annotations exceeds the maximum of ${ANNOTATIONS_MAX}`);
  }
  for (const { message, rawDetails, title, startLine, endLine, startColumn } of annotations) {
    if (Buffer.byteLength(message) > ANNOTATION_BYTES_MAX) tooLong('message', ANNOTATION_BYTES_MAX);
    if (rawDetails !== null && Buffer.byteLength(rawDetails) > ANNOTATION_BYTES_MAX) {
      tooLong('raw_details', ANNOTATION_BYTES_MAX);
    }
    if (title !== null && countCharacters(title) > ANNOTATION_TITLE_CHARACTERS_MAX) {
      tooLong('title', ANNOTATION_TITLE_CHARACTERS_MAX);
    }
    if (startColumn !== null && startLine !== endLine) {
      throw invalid('CheckRun', 'start_column', 'custom', 'columns are only for annotations on one line');
    }
  }
}

/** 422 for more than three buttons, or for words that do not fit on them. */
export function checkActions(actions: readonly CheckAction[]): void {
  if (actions.length > ACTIONS_MAX) {
    throw invalid('CheckRun', 'actions', 'custom', `actions exceeds the maximum of ${ACTIONS_MAX}`);
  }
  for (const action of actions) {
    for (const field of ['label', 'description', 'identifier'] as const) {
      if (countCharacters(action[field]) > actionCharactersMax[field]) tooLong(field, actionCharactersMax[field]);
    }
  }
}

function tooLong(field: string, max: number): never {
  throw invalid('CheckRun', field, 'custom', `${field} is too long (maximum is ${max} characters)`);
}
