import type { Random } from './random.ts';

/** A place where somebody waits until the scheduler lets it go on. */
type Point = {
  readonly owner: number;
  readonly label: string;
  /** `sent`: it is on its way to somebody else, who does not care whether its sender sleeps or has died. */
  phase: 'waiting' | 'sent' | 'answered';
  /** Epoch ms by which a sent one arrives or is cut off; null: some time. */
  readonly until: number | null;
  readonly arrive: () => void;
  readonly goOn: () => void;
};

/** All that is under way in one schedule. */
export type Points = {
  /** Waits for its turn. */
  wait(owner: number, label: string): Promise<void>;
  /** Sends something: `execute` is what it does where it arrives, and its answer comes back when the sender is awake. */
  send<Value>(owner: number, options: { label: string; untilMs: number | null; execute: () => Value }): Promise<Value>;
  /** Lets one go on; false when nobody can. */
  readonly grantOne: (isAwake: (owner: number) => boolean) => boolean;
  /** What was sent before that instant arrives before it. */
  readonly arriveBefore: (now: number) => void;
  /** The process died: what it waited for is gone; what it had sent may arrive now, or never. */
  readonly die: (owner: number) => void;
  readonly size: () => number;
  /** What the last ones were, for whoever reads a failure. */
  readonly trace: string[];
};

const TRACE_MAX = 400; // lines; a schedule has fewer

export function createPoints(random: Random): Points {
  let points: Point[] = [];
  const trace: string[] = [];
  const note = (line: string): void => {
    if (trace.length < TRACE_MAX) trace.push(line);
  };
  const arrive = (point: Point): void => {
    note(`${point.owner} ${point.label} arrives`);
    point.phase = 'answered';
    point.arrive();
  };
  const remove = (point: Point): void => void points.splice(points.indexOf(point), 1);
  return {
    trace,
    size: () => points.length,
    wait: (owner, label) =>
      new Promise((goOn) => points.push({ owner, label, phase: 'waiting', until: null, arrive: () => {}, goOn })),
    send: (owner, { label, untilMs, execute }) =>
      new Promise((resolve, reject) => {
        let answer = (): void => {};
        const point: Point = {
          ...{ owner, label, phase: 'sent', until: untilMs },
          arrive: () => {
            try {
              const value = execute();
              answer = () => resolve(value);
            } catch (error) {
              answer = () => reject(error as Error);
            }
          },
          goOn: () => answer(),
        };
        points.push(point);
      }),
    grantOne(isAwake) {
      const able = points.filter(({ phase, owner }) => phase === 'sent' || isAwake(owner));
      const point = able[random.below(able.length)];
      if (!point) return false;
      if (point.phase === 'sent') arrive(point);
      else note(`${point.owner} ${point.label}`);
      if (isAwake(point.owner)) {
        remove(point);
        point.goOn();
      }
      return true;
    },
    arriveBefore(now) {
      for (const point of points)
        if (point.phase === 'sent' && point.until !== null && point.until <= now) arrive(point);
    },
    die(owner) {
      const own = points.filter((point) => point.owner === owner);
      points = points.filter((point) => point.owner !== owner);
      for (const point of own) if (point.phase === 'sent' && random.chance(1 / 2)) arrive(point);
    },
  };
}
