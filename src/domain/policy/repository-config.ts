import { z } from 'zod';

import { permissionTools } from '../run/permission.ts';
import { CACHE_PATHS_MAX, isCachePath } from '../setup/schema.ts';

/** Where a repository says how Reeve is to work in it; read from its default branch alone. */
export const CONFIG_PATH = '.github/reeve.yml';
/** The largest configuration that is read: a person wrote it, and each rule of it is a line. */
export const CONFIG_BYTES_MAX = 64 * 1024;

const LIST_MAX = 100; // entries of one list: more than a person keeps in mind
const LABEL_CHARACTERS_MAX = 50; // GitHub's own bound
const WORD_CHARACTERS_MAX = 500; // of a path, a pattern, a name or a word of a command
const MINUTES_MAX = 1440; // a day, as for a run
const WHOLE_MAX = 999_999_999; // as in the variables of the server

/** `says` is its line in the documents, `must` ends the sentence that refuses a value. */
function says<Schema extends z.ZodType>(schema: Schema, description: string, must: string): Schema {
  return schema.meta({ description, must });
}

const word = (what: string) => says(z.string().min(1).max(WORD_CHARACTERS_MAX), what, `${what}, in quotes or plain`);
const whole = (max: number, description: string) =>
  says(z.number().int().min(1).max(max), description, `a whole number from 1 to ${max}`);
const list = <Item extends z.ZodType>(item: Item, description: string, of: string, max = LIST_MAX) =>
  says(z.array(item).max(max), description, `a list of at most ${max} ${of}`);

/** Reeve puts these there and takes them away itself, so that a rule on them would stop what it has begun. */
const isOurs = (label: string): boolean => /^reeve:/i.test(label);
const label = says(
  z
    .string()
    .min(1)
    .max(LABEL_CHARACTERS_MAX)
    .refine((name) => !isOurs(name)),
  'the name of a label',
  'the name of a label that is not one of `reeve:…`, which Reeve changes itself',
);
const labels = z.strictObject({
  require: list(label, 'Labels that an issue must all carry for work on it to begin.', 'labels').default([]),
  block: list(label, 'Labels of which an issue must carry none for work on it to begin.', 'labels').default([]),
});

const agentName = (description: string) =>
  says(z.string().min(1).max(WORD_CHARACTERS_MAX).optional(), description, 'the name of an agent of the server');
const agents = z.strictObject({
  default: agentName('Who works here, unless a label `reeve:agent/NAME` or a line below says otherwise.'),
  implement: agentName('Who begins the work on an issue.'),
  answer: agentName('Who goes on once a question was answered.'),
  continue: agentName('Who goes on after a pause, or with a larger budget.'),
  retry: agentName('Who tries again after a run that failed, or when people want changes.'),
});

const cachePath = says(
  z.string().max(WORD_CHARACTERS_MAX).refine(isCachePath),
  'a path in the repository',
  'a path from the top of the repository on, without patterns, blanks or .git',
);
const setup = z.strictObject({
  command: says(
    z
      .array(word('a word of the command'))
      .max(LIST_MAX)
      .refine((words) => words.length > 0),
    'The program that makes what the repository depends on, and its arguments, such as `[npm, ci]`. It runs in the sandbox of the agent, before it.',
    'a list that begins with a program, such as [npm, ci]',
  ),
  lockfiles: list(
    word('a pattern of paths'),
    'Patterns of the files whose contents say what the command makes.',
    'patterns of paths',
  ).default([]),
  cache: list(
    cachePath,
    'Paths that the command makes and that may be kept for other sessions.',
    'paths',
    CACHE_PATHS_MAX,
  ).default([]),
  minutes: whole(MINUTES_MAX, 'How long the command may take. Its time is part of the run.').default(10),
});

const rule = says(
  z.strictObject({
    tool: says(z.enum(permissionTools), 'What is used.', `one of ${permissionTools.join(', ')}`),
    subject: says(
      z.string().min(1).max(WORD_CHARACTERS_MAX).nullable(),
      'On what; without it, on anything.',
      'a text',
    ).default(null),
  }),
  'a rule',
  'a rule such as {tool: shell, subject: npm test}',
);
const permissions = z.strictObject({
  deny: list(
    rule,
    'What an agent may not do here, beside what the server denies: rules of a `tool` and a `subject`.',
    'rules',
  ).default([]),
  allow: list(
    rule,
    'What it may do without asking, as far as the server allows it: rules of a `tool` and a `subject`.',
    'rules',
  ).optional(),
  otherwise: says(
    z.enum(['allow', 'ask', 'deny']),
    'What becomes of the rest. The stricter of this and what the server says holds.',
    'one of allow, ask, deny',
  ).optional(),
});

const paths = z.strictObject({
  allowed: list(word('a pattern of paths'), 'Patterns of the paths that runs may change.', 'patterns of paths').default(
    ['**'],
  ),
  protected: list(
    word('a pattern of paths'),
    'Patterns of the paths that they may not change, even so. `.github/workflows/**`, `.github/reeve.yml` and `.github/reeve/**` always are.',
    'patterns of paths',
  ).default([]),
});

const MICRO = 1_000_000;
const limits = z.strictObject({
  minutes: whole(10_000_000, 'How many minutes agents may work for one issue.').optional(),
  usd: says(
    z
      .number()
      .min(1 / MICRO)
      .max(1_000_000),
    'How many US dollars the work on one issue may cost.',
    'a number above 0, at most 1000000',
  ).optional(),
  tokens: whole(WHOLE_MAX, 'How many tokens the work on one issue may use.').optional(),
  runs: whole(1_000_000, 'How many runs the work on one issue may take.').optional(),
});

const group = <Schema extends z.ZodType>(schema: Schema, description: string, keys: string) =>
  says(schema, description, `a group of the keys ${keys}`);

/** What a repository can say. Every key has one line on what it means, from which the documents are made. */
export const repositoryConfigSchema = z.strictObject({
  mode: says(
    z.enum(['full', 'observe']),
    '`full`: Reeve works. `observe`: it decides and records what it would do, and starts nothing; what is at work goes on.',
    'one of full, observe',
  ).default('full'),
  agent: says(
    z.union([z.string().min(1).max(WORD_CHARACTERS_MAX), agents]),
    'Who works here: the name of one of the agents of the server, or names by what is to be done.',
    'the name of an agent, or a group of the keys default, implement, answer, continue, retry',
  ).default({}),
  labels: group(
    labels,
    'Which issues are worked on. It is looked at once, before the first run.',
    'require, block',
  ).default({ require: [], block: [] }),
  setup: group(
    setup,
    'How what the repository depends on is made, in place of what the server says.',
    'command, lockfiles, cache, minutes',
  ).optional(),
  permissions: group(
    permissions,
    'What an agent may do without asking. It can only take from what the server allows.',
    'deny, allow, otherwise',
  ).default({ deny: [] }),
  paths: group(paths, 'Where runs may change things.', 'allowed, protected').default({
    allowed: ['**'],
    protected: [],
  }),
  limits: group(
    limits,
    'What the work on one issue may use. What the server allows holds where it is less.',
    'minutes, usd, tokens, runs',
  ).default({}),
  max_active_sessions: whole(
    1_000,
    'How many runs there may be here at a time. What the server allows holds where it is less.',
  ).optional(),
});

export type RepositoryConfig = z.output<typeof repositoryConfigSchema>;

/** What holds where a repository says nothing. */
export const configDefault: RepositoryConfig = repositoryConfigSchema.parse({});

/** A place where a configuration is wrong. */
export type ConfigMistake = {
  /** Both counted from 1. */
  readonly line: number;
  readonly column: number;
  /** What is there, what should be, and how to mend it. Hostile text where it quotes. */
  readonly sentence: string;
};

/** What is known of the configuration of a repository. */
export type KnownConfig = {
  /** The one in force; null where there is none, or never was a good one. */
  readonly config: RepositoryConfig | null;
  /** Of the newest one. When there are any, an older one is in force, or none. */
  readonly mistakes: readonly ConfigMistake[];
};

/** Combinations that cannot be meant, each at the key that is to be changed. */
export function contradictionsIn(
  config: RepositoryConfig,
): readonly { readonly path: readonly (string | number)[]; readonly sentence: string }[] {
  const { labels: wanted, setup: made, permissions: allowed } = config;
  const both = wanted.block.findIndex((name) => wanted.require.some((one) => isSameLabel(one, name)));
  const denied = (allowed.allow ?? []).findIndex(({ tool, subject }) =>
    allowed.deny.some((one) => one.tool === tool && (one.subject === null || one.subject === subject)),
  );
  return [
    ...(both >= 0
      ? [
          {
            path: ['labels', 'block', both],
            sentence: '`labels.require` has the same label, so that no issue could be worked on; remove one of them.',
          },
        ]
      : []),
    ...(made && made.cache.length > 0 && made.lockfiles.length === 0
      ? [
          {
            path: ['setup', 'cache'],
            sentence:
              'nothing says when what was kept is the same; name the files that do in `setup.lockfiles`, or remove `setup.cache`.',
          },
        ]
      : []),
    ...(denied >= 0
      ? [
          {
            path: ['permissions', 'allow', denied],
            sentence: '`permissions.deny` forbids this, and wins; remove one of them.',
          },
        ]
      : []),
  ];
}

/** GitHub's labels do not differ by case. */
export function isSameLabel(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
