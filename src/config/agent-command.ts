import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { z } from 'zod';

import { Mistake, parser } from './parsers.ts';

export type Argv = readonly [string, ...string[]];

const words = z.array(z.string());

/** A command line as an argument array. No shell ever sees it, so whatever only a shell understands is refused. */
export const agentCommand = parser((text): Argv => {
  const [program, ...args] = readWords(text, AGENT);
  return [locate(program), ...args];
});

const AGENT = 'the command of your agent';

/** The same of words that were split before. Throws a `Mistake`. */
export function agentArgv(given: readonly string[]): Argv {
  const [program, ...args] = checked(given, AGENT);
  return [locate(program), ...args];
}

/** The words of a command, whose program may be anywhere. `what` says what should be there. */
export function readWords(text: string, what: string): Argv {
  return checked(text.startsWith('[') ? readJson(text) : split(text), what);
}

function checked([program, ...args]: readonly string[], what: string): Argv {
  if (program === undefined || program === '') throw new Mistake(`names no program; set it to ${what}`);
  if ([program, ...args].some((word) => word.includes('\0'))) throw new Mistake('holds a null character; remove it');
  return [program, ...args];
}

function readJson(text: string): readonly string[] {
  try {
    return words.parse(JSON.parse(text));
  } catch {
    throw new Mistake('starts with [ and is not a JSON array of strings, such as ["node", "/opt/agent.mjs"]');
  }
}

/** Words between blanks; single or double quotes group; nothing is expanded and nothing escapes. */
function split(text: string): readonly string[] {
  const parts = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  const unquoted = text.replace(/"[^"]*"|'[^']*'/g, '');
  if (/["']/.test(unquoted)) throw new Mistake('has a quote without its partner; close it, or use a JSON array');
  const special = /[|&;<>()$`\\*?~]/.exec(unquoted);
  if (special) {
    throw new Mistake(
      `holds ${special[0]}, which only a shell understands, and no shell is used; quote it, or use a JSON array or a script`,
    );
  }
  return parts.map((part) => part.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => String(double ?? single)));
}

/** Runs start in a workspace: a path is made absolute, and must lead to a program now. A bare name is looked up on PATH then. */
function locate(program: string): string {
  if (!program.includes('/')) return program;
  const path = resolve(program);
  if (isExecutable(path)) return path;
  throw new Mistake(`names ${path}, which is not there or may not be executed; correct the path or run \`chmod +x\``);
}

/** Where a program is found: itself when it is a path, else its place on `path`; null when it could not be started. */
export function findProgram(program: string, path: string): string | null {
  const directories = path.split(delimiter).filter((directory) => directory !== '');
  const places = program.includes('/') ? [program] : directories.map((directory) => join(directory, program));
  return places.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
