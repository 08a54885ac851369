import { closest } from '../command/closest.ts';
import type { TemplateMistake } from './notes.ts';
import { purposeNames, type Purpose } from './purposes.ts';

/** Where a repository keeps templates of its own, on its default branch: `PURPOSE.md`. */
export const TEMPLATES_DIRECTORY = '.github/reeve/prompts/';
/** The largest template that is read; a larger one is a mistake. */
export const TEMPLATE_BYTES_MAX = 64 * 1024;

export function templatePath(purpose: Purpose): string {
  return `${TEMPLATES_DIRECTORY}${purpose}.md`;
}

type Found = { readonly path: string; readonly isFile: boolean; readonly text: string | null };

/** The template of the repository for a purpose, or null; and what in its directory will never be used. */
export function overrideOf(
  found: readonly Found[],
  purpose: Purpose,
): {
  readonly override: { readonly path: string; readonly text: string } | null;
  readonly mistakes: readonly TemplateMistake[];
} {
  const templates = found.filter(({ path }) => path.startsWith(TEMPLATES_DIRECTORY));
  const strangers = templates.flatMap(({ path }) => strangerIn(path));
  const own = templates.find(({ path }) => path === templatePath(purpose));
  if (!own) return { override: null, mistakes: strangers };
  if (own.text !== null) return { override: { path: own.path, text: own.text }, mistakes: strangers };
  const problem = own.isFile ? `It is larger than ${TEMPLATE_BYTES_MAX / 1024} KiB.` : 'It is no file of its own.';
  return { override: null, mistakes: [{ template: own.path, line: null, problem }, ...strangers] };
}

/** A readme beside the templates is nobody's mistake. */
function strangerIn(path: string): readonly TemplateMistake[] {
  const name = path.slice(TEMPLATES_DIRECTORY.length);
  if (/^readme(?:\.\w+)?$/i.test(name) || purposeNames.some((purpose) => name === `${purpose}.md`)) return [];
  const meant = closest(
    name,
    purposeNames.map((purpose) => `${purpose}.md`),
  );
  const hint = meant === null ? 'docs/prompts.md lists them.' : `Did you mean \`${meant}\`?`;
  return [{ template: path, line: null, problem: `It is named after no purpose. ${hint}` }];
}
