import { variableNames, variables, type Variable } from './variables.ts';

const COMMENT_COLUMNS_MAX = 100;

/** The text of `.env.example`: each variable with what it is for; the optional ones commented out with their presets. */
export function renderEnvExample(): string {
  const head = [
    '# Reeve reads this file as .env in the directory where it is started. Variables of the environment win over it.',
    '# docs/errors.md says what a refused start means.',
  ];
  return `${[...head, ...variableNames.map((name) => renderEntry(name, variables[name]))].join('\n')}\n`;
}

/** The same as a table in Markdown. */
export function renderConfigDocument(): string {
  const parts = [
    '# Configuration',
    'Reeve is configured by its environment, or by a file `.env` in the directory where it is started; the environment wins. Every mistake is told at once, and nothing starts until all are mended. 0 never means unlimited: it is refused.',
    renderVariablesTable(),
    'Made from `src/config/variables.ts` by `npm run docs`.',
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderVariablesTable(): string {
  const rows = variableNames.map((name) => {
    const { about, preset, required }: Variable = variables[name];
    const otherwise = preset === null || preset === '' ? '' : `\`${preset}\``;
    return `| \`${name}\` | ${about.replaceAll('|', '\\|')} | ${required ? `required ${required}` : otherwise} |`;
  });
  return ['| variable | what it is for | default |', '| --- | --- | --- |', ...rows].join('\n');
}

function renderEntry(name: string, { about, preset, required }: Variable): string {
  const mark = required && !required.startsWith('unless') ? '' : '# ';
  const need = required ? ` Required ${required}.` : '';
  return ['', ...wrap(`${about}${need}`).map((line) => `# ${line}`), `${mark}${name}=${preset ?? ''}`].join('\n');
}

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < COMMENT_COLUMNS_MAX)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
