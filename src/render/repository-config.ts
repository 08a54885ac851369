import { CONFIG_PATH, type KnownConfig } from '../domain/policy/repository-config.ts';
import { code, inline } from './markdown.ts';

/** What people should know of the configuration of their repository: a paragraph in one line of Markdown, or none. */
export function configMistakesText(known: KnownConfig | null): string[] {
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
