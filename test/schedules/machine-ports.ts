import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';

import type { ChangedFile, DiffFacts } from '../../src/domain/publish/facts.ts';
import { sessionId, type RunId } from '../../src/domain/ids.ts';
import { TransientError } from '../../src/lib/errors.ts';
import type { Mirror } from '../../src/runs/mirror.ts';
import type { PushOutcome } from '../../src/runs/mirror/push.ts';
import type { Ports } from '../../src/work/ports.ts';
import { BASE, type Facts } from './github-facts.ts';
import type { Machine, Run } from './machine.ts';
import type { Points } from './points.ts';
import type { Weather } from './weather.ts';

type Parts = {
  readonly machine: Machine;
  readonly facts: Facts;
  readonly points: Points;
  readonly weather: Weather;
  readonly owner: number;
  readonly pause: (label: string) => Promise<void>;
  /** Hears of each push when it is started. */
  readonly onPush: (request: { readonly branch: string; readonly head: string }) => void;
};

type MachinePorts = Pick<
  Ports,
  'runs' | 'quietRuns' | 'leftovers' | 'workspaces' | 'openMirror' | 'isDiskShort' | 'setupCache'
>;

const ROOT = '/simulated/workspaces';

/** What one server reaches on its machine. What it asked for is done at the latest when it has died. */
export function createMachinePorts(parts: Parts): MachinePorts {
  const { machine, points, owner, weather, pause } = parts;
  const act = <Value>(label: string, execute: () => Value): Promise<Value> =>
    weather.isClear() ? Promise.resolve(execute()) : points.send(owner, { label, untilMs: null, execute });
  const mirror = createMirror(parts);
  return {
    runs: {
      prepareHost: () => ({ launch: (request) => act('launch', () => machine.launch(request)), dismiss: () => {} }),
      observe: async (id) => {
        await pause('observe');
        return machine.observe(id);
      },
      glance: () => ({ hasNews: () => true }),
      stop: (id) => act('stop', () => machine.stop(id)),
      tell: (id, message) => act('tell', () => machine.tell(id, message)),
      remove: async () => {},
      live: async () => [],
    },
    quietRuns: { note: () => {}, isQuiet: () => false },
    leftovers: { withProcesses: async () => [], directories: async () => [] },
    workspaces: {
      prepare: async ({ sessionId: id }) => {
        await act('prepare', () => machine.workspaces.add(id));
        return `${ROOT}/${id}`;
      },
      pathOf: (id) => `${ROOT}/${id}`,
      remove: (id) => act('remove', () => void machine.workspaces.delete(id)),
      list: async () => [...machine.workspaces],
      entries: async () =>
        [...machine.workspaces].map((id) => ({ name: id, path: `${ROOT}/${id}`, kind: 'workspace', changedAt: 0 })),
      removeDraft: async () => {},
      sharedPath: async () => null,
      removeUnused: async () => 0,
      lock: async () => {},
      lockOf: async () => null,
    },
    setupCache: { entries: async () => [], remove: async () => {} },
    openMirror: async () => mirror,
    isDiskShort: async () => false,
  };
}

/** A commit is named by the run that made it. */
function shaOf(of: string): string {
  return createHash('sha1').update(of).digest('hex');
}

function createMirror({ machine, facts, points, weather, owner, pause, onPush }: Parts): Mirror {
  const imported = new Map<string, Run>();
  return {
    path: '/simulated/mirror',
    async fetch() {
      await pause('fetch');
      if (weather.strikes('read')) throw new TransientError('The network is unwell.', { retryAt: 0 });
      return { outcome: 'fetched' };
    },
    headOf: async () => BASE,
    filesOf: async () => [],
    files: async () => [],
    mergeBase: async () => BASE,
    async importRun({ runId, workspaceRepo }) {
      await pause('importRun');
      const run = machine.runs.get(runId);
      if (!machine.workspaces.has(sessionId(basename(dirname(workspaceRepo)))) || !run) {
        return { outcome: 'refused', code: 'unsafe', detail: 'There is nothing.' };
      }
      const head = headOf(runId);
      imported.set(head, run);
      return { outcome: 'imported', head };
    },
    async diffFacts({ base, head }) {
      await pause('diffFacts');
      return diffFacts(base, head, imported.get(head));
    },
    withTrailer: async ({ head }) => trailed(head),
    async push(request) {
      onPush(request);
      const { branch, head, expected } = request;
      const push = (): PushOutcome => {
        const present = facts.branches.get(branch) ?? null;
        if (present === head) return { outcome: 'already-there' };
        if (present !== expected) return { outcome: 'moved' };
        facts.branches.set(branch, head);
        return { outcome: 'pushed' };
      };
      if (weather.isClear()) return push();
      // git needs no server once it runs
      const outcome = await points.send(owner, { label: 'push', untilMs: null, execute: push });
      if (weather.strikes('unanswered')) throw new TransientError('The connection broke.', { retryAt: 0 });
      return outcome;
    },
    workOf: async () => ({ kind: 'kept' }),
    preserveWork: async () => ({ outcome: 'nothing' }),
    preserved: async () => null,
  };
}

const headOf = (run: RunId): string => shaOf(`head of ${run}`);
const trailed = (head: string): string => shaOf(`${head} with a trailer`);

/** The commit that GitHub sees of a run's work. */
export const publishedHeadOf = (run: RunId): string => trailed(headOf(run));

function diffFacts(base: string, head: string, run: Run | undefined): DiffFacts {
  const file: ChangedFile = {
    path: 'src/owls.ts',
    status: 'modified',
    kind: 'file',
    oldKind: 'file',
    sizeBytes: 10,
    symlinkTarget: null,
    isBinary: false,
    isInTip: true,
  };
  return {
    ...{ base, head, additions: 1, deletions: 0, isDescendant: true, isComplete: true },
    commits: [{ sha: head, subject: 'Work' }],
    files: run?.work === 'nothing' ? [] : [file],
    secretPaths: run?.work === 'held' ? ['src/owls.ts'] : [],
  };
}
