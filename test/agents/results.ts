import { knownAgents, type KnownKind, type Limitation } from '../../src/domain/run/known-agents.ts';
import { capabilities, type Capability } from './capabilities.ts';

/** What one run of `npm run test:agents` saw of one agent. */
export type AgentResult = {
  readonly version: string;
  /** What each case came to: null when it passed, and otherwise what went wrong. */
  readonly cases: Readonly<Record<string, string | null>>;
  /** Whether the story of the demo came true with it, and it remembered what it was told. */
  readonly story: boolean;
  /** Of Reeve's time to the program's own, for one turn. */
  readonly turnRatio: number | null;
};
export type Results = Readonly<Partial<Record<KnownKind, AgentResult>>>;

export const BEGIN = '<!-- measured: begin (npm run test:agents -- --write) -->';
export const END = '<!-- measured: end -->';

/** Which column each case is told in. */
export type Columns = Readonly<Record<string, Capability>>;

/** The part of docs/agents.md that is measured. */
export function measuredPart(results: Results, columns: Columns): string {
  const kinds = Object.keys(knownAgents) as KnownKind[];
  const head = ['agent', 'version', ...capabilities, 'story', 'turn'];
  const reasons: string[] = [];
  const rows = kinds.map((kind) => {
    const result = results[kind];
    if (!result) return [kind, 'not measured', ...head.slice(2).map(() => '')];
    const marks = capabilities.map((capability) => {
      const ids = Object.keys(columns).filter((id) => columns[id] === capability);
      const failed = ids.filter((id) => result.cases[id] !== null);
      const cannot = ids
        .map((id) => knownAgents[kind].cannot[id as Limitation])
        .filter((reason) => reason !== undefined);
      reasons.push(...cannot.map((reason) => `- ${kind}, ${capability}: ${reason}`));
      if (failed.length > 0) return `${failed.length} of ${ids.length} fail`;
      return cannot.length === 0 ? 'yes' : cannot.length === ids.length ? 'no' : 'partly';
    });
    const turn = result.turnRatio === null ? '' : `${result.turnRatio}×`;
    return [kind, result.version, ...marks, result.story ? 'yes' : 'no', turn];
  });
  const notes = kinds.flatMap((kind) => knownAgents[kind].notes.map((note) => `- ${kind}: ${note}`));
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const why = ['What an agent cannot do, and why:', '', ...reasons, '', 'And what else to know:', '', ...notes];
  return [BEGIN, '', ...table, '', ...why, '', END].join('\n');
}
