import { dirname, isAbsolute, join, resolve } from 'node:path';

// Where tools that people install for themselves keep what their commands start. None of these holds a credential.
const toolchains = [
  ...['.nvm/versions', '.volta', '.local/share/fnm', '.local/share/pnpm', '.bun', '.deno', '.local/share/claude'],
  ...['.rustup', '.pyenv', '.local/share/uv', '.rbenv', '.asdf', '.local/share/mise', '.sdkman/candidates', 'go/pkg'],
];

/**
 * What of a hidden home stays readable, so that the commands on PATH work: its directories, the libraries beside them,
 * and well-known toolchains. Absolute; some may not exist.
 */
export function toolPaths(path: string, operatorHome: string): readonly string[] {
  const directories = path
    .split(':')
    .filter((entry) => isAbsolute(entry))
    .map((entry) => resolve(entry));
  const libraries = directories
    .filter((entry) => entry.endsWith('/bin') && dirname(entry) !== operatorHome)
    .map((entry) => join(dirname(entry), 'lib'));
  const homes = toolchains.map((name) => join(operatorHome, name));
  return [...directories, ...libraries, ...homes].filter((one) => isBelowHome(one, operatorHome));
}

/** Only what is hidden has to be shown again, and no home as a whole. */
function isBelowHome(path: string, operatorHome: string): boolean {
  if (path.startsWith(`${operatorHome}/`)) return true;
  return path !== operatorHome && /^\/(?:home\/[^/]+|root)\/./.test(path);
}
