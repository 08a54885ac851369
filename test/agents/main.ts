import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { knownAgents, type KnownKind } from '../../src/domain/run/known-agents.ts';
import { exitCodeOf, figure, renderFigures, type Figure } from '../figures.ts';
import { playCase } from './case.ts';
import { cases } from './cases.ts';
import { install } from './installed.ts';
import { isAlone, runAlone } from './machine.ts';
import { subjectOf } from './real.ts';
import { BEGIN, END, measuredPart, type AgentResult, type Columns, type Results } from './results.ts';
import { openStage, type Subject } from './stage.ts';
import { tellStory } from './story.ts';
import { measureTurns } from './turn.ts';

const AT_ONCE = 3; // most cases wait for a model that fails; more of them would wait for the machine
const RATIO_MAX = 1.15;
const RESULTS_PATH = 'docs/agents.json';
const DOCUMENT_PATH = 'docs/agents.md';
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Plays every case with one agent; null where one passed, otherwise what went wrong. */
async function playAll(subject: Subject): Promise<AgentResult['cases']> {
  const left = Object.entries(cases);
  const results: Record<string, string | null> = {};
  const playSome = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [id, one] = next;
      const stage = await openStage(subject);
      const begun = Date.now();
      try {
        await playCase(one, stage);
        results[id] = null;
      } catch (error) {
        results[id] = String((error as Error).message).slice(0, 500);
      }
      await stage.close();
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      tell(
        `  ${results[id] === null ? 'ok  ' : 'FAIL'} ${subject.name} ${id} (${seconds} s)${results[id] === null ? '' : `: ${results[id]}`}`,
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, playSome));
  return Object.fromEntries(Object.keys(cases).map((id) => [id, results[id] ?? null]));
}

async function measure(kind: KnownKind, program: string, hasTurns: boolean): Promise<AgentResult> {
  const { version } = knownAgents[kind];
  tell(`${kind} ${version}: ${Object.keys(cases).length} cases`);
  const played = await playAll(subjectOf(kind, [program]));
  const broken = await tellStory(kind, program);
  tell(broken === null ? '  ok   the story of the demo' : `  FAIL the story of the demo: ${broken}`);
  const turnRatio = hasTurns ? await measureTurns(kind, program, tell) : null;
  return { version, cases: played, story: broken === null, turnRatio };
}

function figuresOf(results: Results): Figure[] {
  const figures = Object.entries(results).flatMap(([kind, { cases: played, story, turnRatio }]) => [
    figure(`${kind}.cases`, Object.keys(played).length, null),
    figure(`${kind}.failed`, Object.values(played).filter((wrong) => wrong !== null).length, { atMost: 0 }),
    figure(`${kind}.story`, story ? 1 : 0, { atLeast: 1 }),
    ...(turnRatio === null ? [] : [figure(`${kind}.turnRatio`, turnRatio, null)]),
  ]);
  const ratios = Object.values(results).flatMap(({ turnRatio }) => (turnRatio === null ? [] : [turnRatio]));
  return [
    ...figures,
    figure('interfaces.beyondLoopback', isAlone() ? 0 : 1, { atMost: 0 }),
    ...(ratios.length === 0 ? [] : [figure('turn.ratio', Math.max(...ratios), { atMost: RATIO_MAX })]),
  ];
}

/** Keeps what was measured before of the agents that were not asked for. */
function write(fresh: Results): void {
  const old = JSON.parse(readFileSync(RESULTS_PATH, 'utf8')) as { readonly results: Results };
  const results = { ...old.results, ...fresh };
  const columns: Columns = Object.fromEntries(Object.entries(cases).map(([id, { capability }]) => [id, capability]));
  writeFileSync(RESULTS_PATH, `${JSON.stringify({ columns, results }, null, 2)}\n`);
  const text = readFileSync(DOCUMENT_PATH, 'utf8');
  const [before, after] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END) + END.length)];
  writeFileSync(DOCUMENT_PATH, `${before}${measuredPart(results, columns)}${after}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      'no-turns': { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const kinds = Object.keys(knownAgents) as KnownKind[];
  const chosen = kinds.filter((kind) => values.only === undefined || values.only === kind);
  if (chosen.length === 0) throw new Error(`--only takes one of ${kinds.join(', ')}.`);
  const programs = new Map<KnownKind, string>();
  for (const kind of chosen) programs.set(kind, await install(kind, knownAgents[kind], tell));
  if (!isAlone()) return runAlone();
  const results: Partial<Record<KnownKind, AgentResult>> = {};
  for (const [kind, program] of programs) results[kind] = await measure(kind, program, !values['no-turns']);
  if (values.write) write(results);
  const figures = figuresOf(results);
  process.stdout.write(renderFigures(figures, values.json));
  return exitCodeOf(figures);
}

try {
  process.exit(await main()); // an agent that was not to be ended may keep a pipe open
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
