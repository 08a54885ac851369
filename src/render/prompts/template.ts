import { Liquid } from 'liquidjs';

import type { TemplateMistake } from '../../domain/prompt/notes.ts';
import type { Purpose, PromptVariables } from '../../domain/prompt/purposes.ts';
import type { Section } from '../../domain/prompt/section.ts';
import { visible } from '../../domain/prompt/visible.ts';
import { mistakeOf, unknownVariables, type Mistake } from './template-mistakes.ts';

/** A template as it stands in a file. */
export type TemplateSource = { readonly path: string; readonly text: string };

export type Rendered =
  | { readonly outcome: 'rendered'; readonly prompt: string }
  | { readonly outcome: 'mistaken'; readonly mistakes: readonly TemplateMistake[] };

const PROMPT_CHARACTERS_MAX = 400_000; // what all sections can hold together, once each; a host takes a million
const TEMPLATE_CHARACTERS_MAX = 20_000; // many times ours; what is longer is no template
const WORK_MAX = 100_000; // liquidjs counts what it makes; no template without loops comes near
const MISTAKES_MAX = 5; // who mends these sees the next ones

/** Words with which a template decides what it says. No loops, no files, no variables of its own: nothing here can take long. */
const tags = ['if', 'unless', 'case', 'comment', 'raw'];

/**
 * The prompt that a template makes, or every mistake in it. Each section stands on lines of its own, whatever the template
 * puts around it, and the rules are in every prompt.
 */
export function renderTemplate<P extends Purpose>(
  source: TemplateSource,
  purpose: P,
  variables: PromptVariables[P],
): Rendered {
  const outcome = render(source.text, purpose, variables);
  if (typeof outcome === 'string') return { outcome: 'rendered', prompt: outcome };
  const mistakes = outcome.slice(0, MISTAKES_MAX).map((one) => ({ template: source.path, ...one }));
  return { outcome: 'mistaken', mistakes };
}

function render<P extends Purpose>(
  source: string,
  purpose: P,
  variables: PromptVariables[P],
): string | readonly Mistake[] {
  const text = visible(source);
  const whole = (problem: string): readonly Mistake[] => [{ line: null, problem }];
  if (text.length > TEMPLATE_CHARACTERS_MAX) return whole(`It is larger than ${TEMPLATE_CHARACTERS_MAX} characters.`);
  const sections: Section[] = [];
  let skeleton: string;
  try {
    const engine = createEngine();
    const parsed = engine.parse(text);
    const unknown = unknownVariables(engine.analyzeSync(parsed, { partials: false }), purpose);
    if (unknown.length > 0) return unknown;
    skeleton = String(engine.renderSync(parsed, scopeOf(variables, sections)));
  } catch (error) {
    return [mistakeOf(error)];
  }
  if (lineInCode(skeleton, marks) !== null)
    return [
      { line: lineInCode(text, /\{\{/), problem: 'A section stands in a code block, and has fences of its own.' },
    ];
  if (skeleton.includes('[object Object]')) return whole('It prints a group of variables: say which of them.');
  const prompt = filled(withRules(skeleton, sections, variables.rules), sections);
  return prompt.length <= PROMPT_CHARACTERS_MAX
    ? prompt
    : whole(`It makes a prompt of more than ${PROMPT_CHARACTERS_MAX} characters.`);
}

function createEngine(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    templates: {}, // in place of the file system
    parseLimit: TEMPLATE_CHARACTERS_MAX,
    memoryLimit: WORK_MAX,
  });
  for (const name of Object.keys(engine.tags)) if (!tags.includes(name)) delete engine.tags[name];
  for (const name of Object.keys(engine.filters)) delete engine.filters[name];
  return engine;
}

// A section is put in after the template was rendered, so that nothing in it can be read as a template. No text of ours
// or of anybody holds this character: `visible` takes it out.
const MARK = '\u0001';
// oxlint-disable-next-line no-control-regex -- it is what is looked for
const marks = /\u0001(\d{1,4})\u0001/;

type Scope = { [name: string]: string | number | null | Scope };

function scopeOf(variables: object, sections: Section[]): Scope {
  const scope: Scope = {};
  for (const [name, value] of Object.entries(variables) as [string, string | number | null | object][]) {
    if (value === null || typeof value !== 'object') scope[name] = value;
    else if (isSection(value)) scope[name] = `${MARK}${sections.push(value) - 1}${MARK}`;
    else scope[name] = scopeOf(value, sections);
  }
  return scope;
}

function isSection(value: object): value is Section {
  return 'hidden' in value;
}

/** A template that leaves the rules out gets them at its end. */
function withRules(skeleton: string, sections: readonly Section[], rules: Section | null): string {
  const mark = rules && `${MARK}${sections.indexOf(rules)}${MARK}`;
  return mark === null || skeleton.includes(mark) ? skeleton : `${skeleton}\n\n${mark}`;
}

/** The first line in a code block of the template's own in which the pattern is found, counted from 1, or null. */
function lineInCode(text: string, pattern: RegExp): number | null {
  let fence: string | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const marksOf = /^[ \t>*+\-\d.)]*(`{3,}|~{3,})/.exec(line)?.[1];
    if (marksOf !== undefined && (fence === null || marksOf.startsWith(fence))) fence = fence === null ? marksOf : null;
    if (fence !== null && pattern.test(line)) return index + 1;
  }
  return null;
}

/** Paragraphs with one empty line between them, and each section as one of them. */
function filled(skeleton: string, sections: readonly Section[]): string {
  return `${skeleton
    .split(new RegExp(marks, 'g'))
    .map((piece, index) => (index % 2 === 1 ? (sections[Number(piece)]?.text ?? '') : paragraphs(piece)))
    .filter((piece) => piece !== '')
    .join('\n\n')}\n`;
}

function paragraphs(text: string): string {
  return text
    .replaceAll(MARK, '')
    .replace(/\n(?:[ \t]*\n)+/g, '\n\n')
    .replace(/^\n+|\s+$/g, '');
}
