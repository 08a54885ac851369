import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { exitCodeOf, renderFigures, type Figure } from '../figures.ts';
import { schedules } from '../schedules/main-part.ts';
import { controlled } from './controls.ts';
import { crash } from './crash.ts';
import type { Part } from './parts.ts';
import { power } from './power.ts';

const SEEDS = 1_000_000;
const parts: Readonly<Record<string, Part>> = { power, crash, controls: controlled, schedules };

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    world: { type: 'string' },
    kills: { type: 'string' },
    only: { type: 'string' },
  },
});
const seed = values.seed === undefined ? Date.now() % SEEDS : Number(values.seed);
const only = values.only ?? (values.world === undefined ? null : 'crash');
// The controls are asked for by name.
const usual = Object.keys(parts).filter((name) => name !== 'controls');
const chosen = Object.entries(parts).filter(([name]) => (only === null ? usual.includes(name) : name === only));
if (chosen.length === 0) throw new Error(`--only takes one of ${Object.keys(parts).join(', ')}.`);

const numberOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text));
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
tell(`Seed ${seed}.`);
const figures: Figure[] = [];
for (const [, part] of chosen) {
  figures.push(
    ...(await part({
      seed,
      minutes: numberOf(values.minutes),
      world: numberOf(values.world),
      kills: numberOf(values.kills),
      dist: resolve('dist'),
      tell,
    })),
  );
}
process.stdout.write(renderFigures(figures, values.json));
process.exitCode = exitCodeOf(figures);
