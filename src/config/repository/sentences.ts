import { z } from 'zod';

import { closest } from '../../domain/command/closest.ts';
import { repositoryConfigSchema } from '../../domain/policy/repository-config.ts';

/** The way to a value: names of keys, and numbers from 0 in lists. */
export type Path = readonly (string | number)[];

/** What a JSON schema says of one value, as far as we use it. */
export type Described = {
  readonly description?: string;
  readonly must?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
};

/** The schema as JSON: with it sentences, documents and editors say the same. */
export const described = z.toJSONSchema(repositoryConfigSchema, { io: 'input' }) as Described;

const VALUE_CHARACTERS_MAX = 60; // enough to find it again in the file

/** What Reeve is to have one day: who writes it shall not look for a slip of the finger. */
const notYet = ['extends', 'projects', 'triage', 'schedule', 'events', 'require_human_for'];
const modesNotYet = ['triage-only', 'feedback-only', 'run-only'];

/** Where people would put what is called otherwise here. */
const elsewhere: Readonly<Record<string, string>> = {
  require_labels: 'labels.require',
  block_labels: 'labels.block',
  allowed_paths: 'paths.allowed',
  protected_paths: 'paths.protected',
  allowed_commands: 'permissions.allow',
  max_session_minutes: 'limits.minutes',
  max_session_cost_usd: 'limits.usd',
  agents: 'agent',
};

/** Why a key is refused. */
export function unknownKey(path: Path, key: string): string {
  const name = `\`${[...names(path), key].join('.')}\``;
  if (path.length === 0 && notYet.includes(key)) return `${name} is not there yet; remove it.`;
  const moved = path.length === 0 && Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
  if (moved !== undefined) return `${name} is no key; it is called \`${moved}\`.`;
  const keys = Object.keys(groupIn(find(path))?.properties ?? {});
  const meant = closest(key, keys);
  const hint = meant === null ? `The keys here are ${keys.join(', ')}.` : `Did you mean \`${meant}\`?`;
  return `${name} is no key. ${hint}`;
}

/** Why a value is refused. */
export function refusal(path: Path, value: unknown): string {
  const name = names(path).length === 0 ? 'The whole file' : `\`${names(path).join('.')}\``;
  const told = find(path);
  const must = told?.must ?? 'a group of keys, each with a colon and a value';
  if (value === undefined) return `${name} is missing; it must be ${must}.`;
  if (path[0] === 'mode' && typeof value === 'string' && modesNotYet.includes(value)) {
    return `\`mode\` is ${quote(value)}, which is not there yet; it must be ${must}.`;
  }
  const meant = typeof value === 'string' ? closest(value, told?.enum ?? []) : null;
  return `${name} is ${quote(value)}; it must be ${must}.${meant === null ? '' : ` Did you mean ${meant}?`}`;
}

function names(path: Path): readonly string[] {
  return path.filter((step) => typeof step === 'string');
}

function find(path: Path): Described | undefined {
  return path.reduce<Described | undefined>(
    (found, step) => (typeof step === 'number' ? found?.items : groupIn(found)?.properties?.[step]),
    described,
  );
}

/** The part of it that has keys. */
export function groupIn(found: Described | undefined): Described | undefined {
  return found?.properties ? found : found?.anyOf?.find(({ properties }) => properties);
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= VALUE_CHARACTERS_MAX
    ? text
    : `${text.slice(0, VALUE_CHARACTERS_MAX - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
