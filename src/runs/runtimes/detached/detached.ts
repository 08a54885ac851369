import { once } from 'node:events';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { start } from '../../../lib/exec.ts';
import { hostFlags } from '../host-flags.ts';
import type { Runtime } from '../runtime.ts';

type DetachedOptions = {
  /** Absolute path of the built `reeve-run.js`. */
  readonly program: string;
  /** The host's whole environment (PATH, HOME, …): no secret of the server belongs in it. */
  readonly environment: Readonly<Record<string, string>>;
};

/** Run hosts in sessions of their own, attached to no terminal and to no pipe of ours: they print to `host.log`. */
export function createDetachedRuntime({ program, environment }: DetachedOptions): Runtime {
  return {
    async startHost(runDirectory, key) {
      const log = await open(
        join(runDirectory, 'host.log'),
        constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
        0o600,
      );
      try {
        const host = start(process.execPath, [...hostFlags, program, runDirectory], {
          cwd: '/',
          env: environment,
          detached: true,
          stdio: ['pipe', log.fd, log.fd],
        });
        await once(host, 'spawn');
        host.stdin?.on('error', () => {}); // a host that finds its run claimed ends before it reads
        host.stdin?.end(key);
        host.unref();
      } finally {
        await log.close();
      }
    },
  };
}
