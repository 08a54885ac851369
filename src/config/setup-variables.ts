import { CACHE_PATHS_MAX, isCachePath } from '../domain/setup/schema.ts';
import { readWords } from './agent-command.ts';
import { Mistake, parser, wholeNumber } from './parsers.ts';

const PATTERNS_MAX = 50; // far more than the kinds of lock files that one repository has
const MINUTES_MAX = 1440; // a day, as for a run

const command = parser((text) => readWords(text, 'the command that sets up a repository'));

const listOf = (text: string): readonly string[] =>
  [...new Set(text.split(',').map((one) => one.trim()))].filter(Boolean);

const patterns = parser((text) => {
  const list = listOf(text);
  if (list.length > PATTERNS_MAX) throw new Mistake(`holds more than ${PATTERNS_MAX} patterns; use wider ones`);
  const odd = list.find((one) => one.startsWith('/') || one.includes('\0'));
  if (odd !== undefined)
    throw new Mistake(`names ${JSON.stringify(odd)}, which begins with /; write it from the top of the repository on`);
  return list;
});

const cachePaths = parser((text) => {
  const list = [...new Set(listOf(text).map((one) => one.replace(/\/+$/, '')))];
  if (list.length > CACHE_PATHS_MAX)
    throw new Mistake(`holds more than ${CACHE_PATHS_MAX} paths; name what holds them`);
  const odd = list.find((one) => !isCachePath(one));
  if (odd !== undefined) {
    throw new Mistake(
      `names ${JSON.stringify(odd)}; write each path from the top of the repository on, without patterns, blanks or .git`,
    );
  }
  const nested = list.find((one) => list.some((other) => one.startsWith(`${other}/`)));
  if (nested !== undefined) throw new Mistake(`names ${nested}, which lies in another of its paths; remove it`);
  return list;
});

/** What is made in a workspace before an agent works in it. */
export const setupVariables = {
  REEVE_SETUP: {
    about:
      'The program that makes what a repository depends on, with its arguments, such as `npm ci`; written as in REEVE_AGENT. It runs in the workspace, in the sandbox of the agent and before it, once for each session. A path without / at its start is one in the repository.',
    required: null,
    preset: null,
    schema: command.optional(),
  },
  REEVE_SETUP_LOCKFILES: {
    about:
      'The files whose contents say what REEVE_SETUP makes, as patterns with commas between them, such as `package-lock.json,**/package.json`. With the same contents, what was kept before is taken. To be set together with REEVE_SETUP_CACHE.',
    required: null,
    preset: '',
    schema: patterns,
  },
  REEVE_SETUP_CACHE: {
    about:
      'What REEVE_SETUP makes and may be kept for other sessions of the same repository, as paths in it with commas between them, such as `node_modules`. Not set: nothing is kept, and each session makes its own.',
    required: null,
    preset: '',
    schema: cachePaths,
  },
  REEVE_SETUP_MINUTES: {
    about: 'How long REEVE_SETUP may take. Its time is part of REEVE_RUN_MINUTES.',
    required: null,
    preset: '10',
    schema: wholeNumber({ min: 1, max: MINUTES_MAX }),
  },
} as const;
