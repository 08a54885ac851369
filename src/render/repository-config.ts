import { CONFIG_PATH, type KnownConfig } from '../domain/policy/repository-config.ts';
import { unknownAgents } from '../domain/policy/narrow.ts';
import { code, inline, shorten } from './markdown.ts';

type About = {
  readonly known: KnownConfig | null;
  /** Of the server. */
  readonly agents: readonly string[];
};

const AGENTS_TOLD_MAX = 5; // there is one for each kind of run

/** What people should know of the configuration of their repository: a paragraph of one line for each thing, in Markdown. */
export function configText(about: About): string[] {
  return [...configMistakesText(about.known), ...agentsText(about)];
}

function agentsText({ known, agents }: About): string[] {
  const unknown = known?.config ? unknownAgents(known.config, agents) : [];
  const names = (all: readonly string[]) =>
    all.slice(0, AGENTS_TOLD_MAX).map((name) => code(shorten(name, NAME_CHARACTERS_MAX)));
  return unknown.length === 0
    ? []
    : [
        `${code(CONFIG_PATH)} names agents that this server does not have (${names(unknown).join(', ')}), which counts as naming none. It has ${names(agents).join(', ')}.`,
      ];
}

const NAME_CHARACTERS_MAX = 60; // of an agent: enough to find it in the file

function configMistakesText(known: KnownConfig | null): string[] {
  const [first] = known?.mistakes ?? [];
  if (!known || !first) return [];
  const { line, column, sentence } = first;
  const others = known.mistakes.length - 1;
  const more = others === 0 ? '' : ` The server's log has ${others === 1 ? 'another one' : `${others} more`}.`;
  const holds = known.config === null ? 'so that the defaults hold' : 'so that the last good one holds';
  return [
    `${code(CONFIG_PATH)} on the default branch has a mistake, ${holds}. Line ${line}, column ${column}: ${inline(sentence)}${more}`,
  ];
}
