import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import type { KnownAgent, KnownKind } from '../../src/domain/run/known-agents.ts';

const INSTALL_MS_MAX = 15 * 60_000; // some packages have 400 MB, and lines are slow
const OUTPUT_BYTES_MAX = 1_000_000;

/** Where agents are kept that are installed for tests: outside of the project, for every clone of it. */
export function cachePath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'reeve-agents');
}

/** The agent's program at its version, installed if it is not there yet. Two that install at a time do not disturb each other. */
export async function install(name: KnownKind, agent: KnownAgent, tell: (line: string) => void): Promise<string> {
  const place = join(cachePath(), `${name}@${agent.version}`);
  const program = join(place, 'node_modules/.bin', agent.program);
  if (existsSync(program)) return program;
  tell(`Installing ${agent.package}@${agent.version} into ${place} …`);
  await mkdir(dirname(place), { recursive: true });
  const draft = await mkdtemp(`${place}.`);
  const words = ['install', '--prefix', draft, '--no-audit', '--no-fund', '--no-save', '--ignore-engines'];
  try {
    await promisify(execFile)('npm', [...words, `${agent.package}@${agent.version}`], {
      ...{ cwd: draft, timeout: INSTALL_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX },
    });
    if (!existsSync(join(draft, 'node_modules/.bin', agent.program))) throw new Error('its program is not in it');
    await rename(draft, place).catch(() => undefined); // another one was faster
  } catch (error) {
    const [why] =
      String((error as { stderr?: string }).stderr || (error as Error).message).match(/npm error [^\n]+|.+/) ?? [];
    throw new Error(
      `${agent.package}@${agent.version} cannot be installed (${why}). Let npm reach its registry, or install it elsewhere and copy it to ${place}, then run npm run test:agents again.`,
      { cause: error },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return program;
}
