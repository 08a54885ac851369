import { matchesGlob } from './glob.ts';
import type { PermissionPolicy, PermissionRule, PermissionGrant } from './permission.ts';
import { readShellCommand, type ShellReading } from './shell-command.ts';
import { programOf, type SimpleCommand } from './simple-command.ts';

/** `why` is one sentence for the agent. */
export type PermissionVerdict =
  { readonly verdict: 'allow' } | { readonly verdict: 'ask' } | { readonly verdict: 'deny'; readonly why: string };

/**
 * Whether an agent may do what it asks for. A rule that denies wins; then what people said to exactly this wish; then a rule
 * that allows; then `otherwise`. What a rule that denies may well mean, and what cannot be read for sure, is never allowed by
 * a rule: people see it, or it is denied.
 */
export function judgePermission(policy: PermissionPolicy, wish: PermissionGrant): PermissionVerdict {
  const fits = fittingOf(wish);
  const denying = rulesFor(policy.deny, wish).map(fits.denied);
  if (denying.includes('surely')) return { verdict: 'deny', why: 'A rule of this installation forbids it.' };
  if (isAmong(policy.refusals, wish)) return { verdict: 'deny', why: 'A person was asked and said no.' };
  if (isAmong(policy.grants, wish)) return { verdict: 'allow' };
  const mayBeDenied = denying.includes('possibly');
  if (!mayBeDenied && fits.allowed(rulesFor(policy.allow, wish))) return { verdict: 'allow' };
  switch (policy.otherwise) {
    case 'allow':
      return mayBeDenied ? { verdict: 'ask' } : { verdict: 'allow' };
    case 'ask':
      return { verdict: 'ask' };
    case 'deny':
      return { verdict: 'deny', why: 'No rule of this installation allows it.' };
  }
}

type Fit = 'surely' | 'possibly' | 'not';

/** How rules fit one wish. */
type Fitting = {
  readonly denied: (rule: PermissionRule) => Fit;
  readonly allowed: (rules: readonly PermissionRule[]) => boolean;
};

function fittingOf({ tool, subject }: PermissionGrant): Fitting {
  switch (tool) {
    case 'shell':
      return shellFitting(readShellCommand(subject));
    case 'edit':
    case 'read':
      return textFitting(plainPath(subject));
    case 'fetch':
      return textFitting(plainUrl(subject));
    case 'mcp':
    case 'other':
      return textFitting(subject);
  }
}

/** Null: not to be read for sure, so that any rule that denies may mean it and no rule allows it. */
function textFitting(text: string | null): Fitting {
  return {
    denied({ subject }) {
      if (subject === null) return 'surely';
      return text === null ? 'possibly' : matchesGlob(subject, text) ? 'surely' : 'not';
    },
    allowed: (rules) => rules.some(({ subject }) => subject === null || (text !== null && matchesGlob(subject, text))),
  };
}

/** A path without detours; null when it leads upwards or hides characters. */
function plainPath(path: string): string | null {
  if (/\p{C}/u.test(path)) return null;
  const parts = path.split('/').filter((part, index) => part !== '.' && (part !== '' || index === 0));
  return parts.includes('..') || parts.length === 0 ? null : parts.join('/');
}

/** Where a URL leads, without its query and fragment; null when it is none of the web, or holds a name and password. */
function plainUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, username, password, host, pathname } = new URL(text);
  if (!['http:', 'https:'].includes(protocol) || username !== '' || password !== '') return null;
  return `${protocol}//${host}${pathname}`;
}

function shellFitting({ commands, isPlain, isWhole }: ShellReading): Fitting {
  return {
    denied({ subject }) {
      if (subject === null) return 'surely';
      const rule = wordsOf(subject);
      const fits = commands.map((command) => deniedBy(rule, command));
      if (fits.includes('surely')) return 'surely';
      return !isWhole || fits.includes('possibly') ? 'possibly' : 'not';
    },
    allowed(rules) {
      if (rules.some(({ subject }) => subject === null)) return true;
      const known = rules.map(({ subject }) => wordsOf(subject ?? ''));
      return isPlain && isWhole && commands.length > 0 && commands.every((command) => isAllowedBy(known, command));
    },
  };
}

function wordsOf(subject: string): readonly string[] {
  return subject.split(/\s+/).filter((word) => word !== '');
}

function isAllowedBy(rules: readonly (readonly string[])[], command: SimpleCommand): boolean {
  if (rules.some((rule) => fitsWords(rule, command.words) === 'surely')) return true;
  return (
    command.standsForInner && command.inner.length > 0 && command.inner.every((inner) => isAllowedBy(rules, inner))
  );
}

function deniedBy(rule: readonly string[], { words, inner }: SimpleCommand): Fit {
  const program = programOf(words[0]);
  const named = rule[0]?.includes('/') ? words : [program, ...words.slice(1)]; // wherever it lies
  const fits = [fitsWords(rule, named), ...inner.map((command) => deniedBy(rule, command))];
  if (fits.includes('surely')) return 'surely';
  return fits.includes('possibly') || occursIn(rule, words) ? 'possibly' : 'not';
}

/** Whether the words are what a rule says: `*` is any one word, a last `**` any further ones. */
function fitsWords(rule: readonly string[], words: readonly (string | null)[]): Fit {
  const isOpen = rule.at(-1) === '**';
  const pattern = isOpen ? rule.slice(0, -1) : rule;
  if (pattern.length === 0 && !isOpen) return 'not';
  const mayBeMore = words.includes(null); // one that is not known may be none, or several
  const known = mayBeMore ? words.slice(0, words.indexOf(null)) : words;
  if (!mayBeMore && (isOpen ? words.length < pattern.length : words.length !== pattern.length)) return 'not';
  if (known.some((word, at) => at < pattern.length && pattern[at] !== '*' && pattern[at] !== word)) return 'not';
  if (mayBeMore && !isOpen && known.length > pattern.length) return 'not';
  return mayBeMore && !(isOpen && known.length >= pattern.length) ? 'possibly' : 'surely';
}

/**
 * Whether the words of a rule stand somewhere in these, in their order: with options in between, or after a program that
 * starts others and that we do not know.
 */
function occursIn(rule: readonly string[], words: readonly (string | null)[]): boolean {
  const literal = rule.filter((word) => word !== '*' && word !== '**');
  let at = 0;
  for (const [index, word] of words.entries()) {
    if (at === literal.length) break;
    const isUnknown = word === null && (at > 0 || index === 0);
    if (isUnknown || word === literal[at] || (at === 0 && programOf(word) === literal[at])) at += 1;
  }
  return literal.length > 0 && at === literal.length;
}

function rulesFor(rules: readonly PermissionRule[], { tool }: PermissionGrant): readonly PermissionRule[] {
  return rules.filter((rule) => rule.tool === tool);
}

function isAmong(wishes: readonly PermissionGrant[], { tool, subject }: PermissionGrant): boolean {
  return wishes.some((one) => one.tool === tool && one.subject === subject);
}
