import type { Section } from './section.ts';

/** A variable of a template: what it is, and what it says. */
export type Field =
  /** One harmless line. */
  | { readonly kind: 'line'; readonly says: string }
  | { readonly kind: 'number'; readonly says: string }
  /** Paragraphs with a heading, in which every text of people is fenced and labelled. Nothing when there is nothing to say. */
  | { readonly kind: 'section'; readonly says: string }
  /** May be missing as a whole. */
  | { readonly kind: 'group'; readonly says: string; readonly fields: Fields };
export type Fields = { readonly [name: string]: Field };

export type ValueOf<F extends Field> = F extends { readonly kind: 'line' }
  ? string
  : F extends { readonly kind: 'number' }
    ? number
    : F extends { readonly kind: 'section' }
      ? Section | null
      : F extends { readonly fields: infer Inner extends Fields }
        ? VariablesOf<Inner> | null
        : never;
export type VariablesOf<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> };

const line = (says: string) => ({ kind: 'line', says }) as const;
const number = (says: string) => ({ kind: 'number', says }) as const;
const section = (says: string) => ({ kind: 'section', says }) as const;
const group = <F extends Fields>(says: string, fields: F) => ({ kind: 'group', says, fields }) as const;

/** What every template can say. */
const always = {
  repository: line('`OWNER/NAME`'),
  number: number('the number of the issue'),
  rules: section(
    'how the agent is to work, and the commands of `reeve-agent`; where a template leaves it out, it comes last',
  ),
  instructions: section('what files such as `AGENTS.md` say on the default branch'),
  issue: section('title and text of the issue'),
  comments: section('what people said on the issue and its pull request, the newest ones that fit'),
};

/** What the work on a branch can say. */
const work = {
  ...always,
  branch: line('the branch of the work'),
  answers: section('the questions of the agent, and what people answered'),
};

/** What is about an open pull request. */
const review = {
  ...work,
  pull: number('the number of the pull request'),
  base: line('the branch that it is to be merged into'),
};

/** What looks at finished work. */
const closure = {
  ...review,
  changes: section('the files that the work changes, and by how many lines'),
  summary: section('what the agent said of its work'),
  findings: section('what the stages before have found'),
};

type Described = { readonly means: string; readonly mayChange: boolean; readonly fields: Fields };

/** Everything that an agent is started for. `mayChange`: what it changes in its directory is kept. */
export const purposes = {
  triage: {
    means: 'Judge whether an issue can be worked on.',
    mayChange: false,
    fields: {
      ...always,
      labels: section('the labels of the repository'),
      similar: section('issues that may be the same'),
    },
  },
  implement: { means: 'The first run of a session.', mayChange: true, fields: work },
  answer: { means: 'A person answered the question of the agent.', mayChange: true, fields: work },
  continue: {
    means:
      'A pause or a budget had ended the agent in the middle of its work, or it ended before it heard what people said.',
    mayChange: true,
    fields: work,
  },
  retry: {
    means: 'A person, or the machine, starts it again.',
    mayChange: true,
    fields: { ...work, pull: group('its pull request, once there is one', { number: number('its number') }) },
  },
  'fix-ci': {
    means: 'Checks of its pull request fail.',
    mayChange: true,
    fields: { ...review, checks: section('the checks that fail, with the end of what they printed') },
  },
  'address-review': {
    means: 'People want changes in its pull request.',
    mayChange: true,
    fields: { ...review, reviews: section('the reviews, and what they say of which line') },
  },
  'resolve-conflict': {
    means: 'Its pull request cannot be merged, because the base has changed.',
    mayChange: true,
    fields: { ...review, conflicts: section('the files in which both sides changed the same lines') },
  },
  design: { means: 'Closure: plan a change before it is made.', mayChange: false, fields: work },
  evaluate: { means: 'Closure: does the work do what the issue asks for?', mayChange: false, fields: closure },
  security: { means: 'Closure: could the work do harm?', mayChange: false, fields: closure },
  integrate: { means: 'Closure: does the work fit what is around it?', mayChange: true, fields: closure },
  document: { means: 'Closure: are the documents true after it?', mayChange: true, fields: closure },
  verify: { means: 'Closure: is every claim proven?', mayChange: false, fields: closure },
} as const satisfies Readonly<Record<string, Described>>;

export type Purpose = keyof typeof purposes;
export const purposeNames = Object.keys(purposes) as readonly Purpose[];

/** What a prompt of each purpose is made of. */
export type PromptVariables = { readonly [P in Purpose]: VariablesOf<(typeof purposes)[P]['fields']> };

/** The names that a template of this purpose may use, in order: `pull.number`. */
export function variableNames(purpose: Purpose): readonly string[] {
  return namesIn(purposes[purpose].fields);
}

function namesIn(fields: Fields, before = ''): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => [
    before + name,
    ...(field.kind === 'group' ? namesIn(field.fields, `${before}${name}.`) : []),
  ]);
}
