import { writeSync } from 'node:fs';

/**
 * Every place at which a test can make a program of Reeve die, as by `kill -9` or a power cut. A new place gets a name here;
 * `npm run test:crash` fails while no story passes it. Those of the run host begin with `run.`.
 */
export const crashPointNames = [
  'start.claimed',
  'start.opened',
  'start.listening',
  'delivery.storing',
  'delivery.stored',
  'delivery.grouping',
  'delivery.grouped',
  'delivery.heard',
  'delivery.ended',
  'session.opening',
  'session.opened',
  'session.changing',
  'session.changed',
  'budget.reserving',
  'budget.reserved',
  'budget.settling',
  'budget.settled',
  'effects.claimed',
  'effect.performed',
  'effect.done',
  'effect.deferring',
  'effect.deferred',
  'github.sending',
  'github.sent',
  'sweep.asked',
  'workspace.cloned',
  'workspace.named',
  'workspace.unnamed',
  'workspace.removed',
  'launch.directory',
  'launch.requested',
  'launch.started',
  'stop.asked',
  'stop.ended',
  'changes.imported',
  'publish.pushing',
  'publish.pushed',
  'publish.opened',
  'file.drafted',
  'file.synced',
  'file.renamed',
  'file.linked',
  'run.claimed',
  'run.begun',
  'run.started',
  'run.agent-ended',
  'run.committed',
  'run.setup-copied',
  'run.setup-kept',
  'run.ended',
] as const;
export type CrashPointName = (typeof crashPointNames)[number];

const STDERR = 2; // by its number, because in a thread `process.stderr` is none of its own

/** How many passages are left before the program dies, by name; null unless a test has armed any. */
let armed: Map<string, number> | null = null;
let armedSpec: string | undefined;

/**
 * For tests: `spec` is what REEVE_CRASH holds, such as `delivery.stored:1,effect.done:3`. The program dies at whichever
 * of these passages comes first. Throws for a name that is none, so that no test waits for a point that is gone.
 */
export function armCrashPoints(spec: string | undefined): void {
  if (spec === undefined || spec === '') return;
  armed = new Map(spec.split(',').map(parse));
  armedSpec = spec;
}

/** What a thread of this program is to be armed with, which has points of its own; undefined unless a test armed any. */
export function crashPointsForThreads(): string | undefined {
  return armedSpec;
}

/** Marks a place where dying must lose nothing and double nothing. Does nothing unless a test has armed it. */
export function crashPoint(name: CrashPointName): void {
  if (armed === null) return;
  const left = armed.get(name);
  if (left === undefined) return;
  armed.set(name, left - 1);
  if (left > 1) return;
  writeSync(STDERR, `Died at the crash point ${name}.\n`);
  process.kill(process.pid, 'SIGKILL');
}

function parse(text: string): [string, number] {
  const [name = '', count = '1'] = text.split(':');
  const passage = Number(count);
  if (!(crashPointNames as readonly string[]).includes(name) || !Number.isInteger(passage) || passage < 1) {
    throw new Error(`REEVE_CRASH names ${text}, which is no crash point with a number.`);
  }
  return [name, passage];
}
