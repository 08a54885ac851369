// One command for everything a tool can check. Every step runs even when one before it failed, so that one look shows all.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const bin = (name) => join('node_modules', '.bin', name);
/** @type {[name: string, program: string, args: string[]][]} */
const steps = [
  ['types', bin('tsc'), ['-p', '.']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings', 'src', 'test', 'scripts']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['imports', bin('depcruise'), ['src']],
  ['dead code', bin('knip'), []],
  ['unit tests', bin('vitest'), ['run', '--project', 'unit']],
];
const failed = steps.filter(([name, program, args]) => {
  const startedAt = performance.now();
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return status !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);
