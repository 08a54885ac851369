import { setTimeout as delay } from 'node:timers/promises';

import type { Random } from './random.ts';
import { beginStory, playPart, type Part, type Plot } from './stories.ts';
import type { World } from './world.ts';

const LOOK_MS = 100;

export type Stage = {
  /** Everything that was ever begun. */
  readonly parts: readonly Part[];
  /** Those that are not at their end. */
  readonly open: () => readonly Part[];
  /** Stories begin. To be called once a server has listened: a home asks for nothing that was sent before there was one. */
  readonly begin: () => void;
  /** No story begins any more. */
  readonly close: () => void;
  readonly end: () => Promise<void>;
};

export type StageOptions = {
  readonly random: Random;
  /** Stories begin while fewer parts of them than this are open. */
  readonly partsAtOnce: number;
  /** The one plot that is told, one issue at a time; null: the seed chooses. */
  readonly plot: Plot | null;
};

/** People who go on whatever happens to the server; whenever few stories are open, another begins. */
export function startStage({ emulator }: World, { random, partsAtOnce, plot }: StageOptions): Stage {
  const parts: Part[] = [];
  const ended = new Set<Part>();
  let isBegun = false;
  let isClosed = false;
  let isOver = false;
  let ordinal = 0;
  const play = async (): Promise<void> => {
    while (!isOver) {
      for (const part of parts) if (!ended.has(part) && (await playPart(emulator, part))) ended.add(part);
      if (isBegun && !isClosed && parts.length - ended.size < partsAtOnce) {
        ordinal += 1;
        parts.push(...(await beginStory(emulator, { random, ordinal, plot })));
      }
      await delay(LOOK_MS);
    }
  };
  const playing = play();
  playing.catch(() => {}); // heard of at the end
  return {
    parts,
    open: () => parts.filter((part) => !ended.has(part)),
    begin: () => {
      isBegun = true;
    },
    close: () => {
      isClosed = true;
    },
    end: () => {
      isOver = true;
      return playing;
    },
  };
}
