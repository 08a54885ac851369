import { exitCodeOf, renderFigures, type Figure } from '../figures.ts';
import { benchBacklog } from './backlog.ts';
import { benchFlood } from './flood.ts';
import { benchIntake } from './intake.ts';
import { benchJudge } from './judge.ts';
import { benchRuns } from './runs.ts';
import { story } from './story.ts';

/** Each shows its figures; one file a benchmark. They run one after another, because they share the machine. */
const benchmarks: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  intake: benchIntake,
  flood: benchFlood,
  backlog: benchBacklog,
  story,
  runs: benchRuns,
  judge: benchJudge,
};

const EXIT_CODE_USAGE = 2;
const words = process.argv.slice(2);
const names = words.filter((word) => word !== '--json');
const unknown = names.find((name) => !(name in benchmarks));

if (unknown === undefined) {
  const figures: Figure[] = [];
  for (const [name, run] of Object.entries(benchmarks)) {
    if (names.length > 0 && !names.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    figures.push(...(await run()));
  }
  process.stdout.write(renderFigures(figures, words.includes('--json')));
  process.exitCode = exitCodeOf(figures);
} else {
  process.stderr.write(`There is no benchmark ${unknown}; there are ${Object.keys(benchmarks).join(', ')}.\n`);
  process.exitCode = EXIT_CODE_USAGE;
}
