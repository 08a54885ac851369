import { LiquidError, type StaticAnalysis } from 'liquidjs';

import { closest } from '../../domain/command/closest.ts';
import type { TemplateMistake } from '../../domain/prompt/notes.ts';
import { variableNames, type Purpose } from '../../domain/prompt/purposes.ts';

/** What is wrong with a template, whichever it is. */
export type Mistake = Omit<TemplateMistake, 'template'>;

/** The variables of a template that its purpose does not have, also where this run would not come to them. */
export function unknownVariables({ variables }: StaticAnalysis, purpose: Purpose): readonly Mistake[] {
  const known = variableNames(purpose);
  return Object.values(variables)
    .flat()
    .map((variable) => ({ name: variable.segments.map(String).join('.'), line: variable.location.row }))
    .filter(({ name }) => !known.includes(name))
    .toSorted((one, other) => one.line - other.line)
    .map(({ name, line }) => ({
      line,
      problem: `The purpose \`${purpose}\` has no variable \`${name}\`. ${near(name, known)}`,
    }));
}

/** The one that was meant, or those that begin as it does, or all. */
function near(name: string, known: readonly string[]): string {
  const meant = closest(name, known);
  if (meant !== null) return `Did you mean \`${meant}\`?`;
  const [first = ''] = name.split('.');
  const kin = known.filter((one) => one === first || one.startsWith(`${first}.`));
  return `Known are ${list(kin.length > 0 ? kin : known)}.`;
}

function list(names: readonly string[]): string {
  return names
    .map((name) => `\`${name}\``)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' and ');
}

const PROBLEM_CHARACTERS_MAX = 200; // the engine quotes the template in some of its messages

/** What the engine has against a template. Anything but an error of its own is a bug, and rises. */
export function mistakeOf(error: unknown): Mistake {
  if (!LiquidError.is(error)) throw error;
  const [line = null] = error.token.getPosition();
  const said = error.message.replace(/, line:\d+, col:\d+$/, '');
  const filter = /^undefined filter: (.*)$/.exec(said)?.[1];
  if (filter !== undefined) return { line, problem: `There is no filter \`${filter}\`: templates have none.` };
  const tag = /^tag "?([^"]*)"? not found$/.exec(said)?.[1];
  if (tag !== undefined)
    return {
      line,
      problem: `There is no tag \`${tag}\`: templates have \`if\`, \`unless\`, \`case\`, \`comment\` and \`raw\`.`,
    };
  if (/limit exceeded/.test(said)) return { line, problem: 'It is too much work to render.' };
  return { line, problem: `${said.slice(0, PROBLEM_CHARACTERS_MAX)}.` };
}
