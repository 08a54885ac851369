import { hostVerbs, startHostProcess, type HostProgram } from '../host-process.ts';
import type { Runtime } from '../runtime.ts';

/** Run hosts as processes of their own, and nothing else. */
export function createDetachedRuntime(program: HostProgram): Runtime {
  return {
    ...hostVerbs,
    async startHost(runDirectory) {
      const { begin, dismiss } = await startHostProcess(program, runDirectory);
      return { begin: async (key) => void (await begin(key)), dismiss };
    },
  };
}
