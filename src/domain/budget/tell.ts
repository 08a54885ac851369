import type { Crossing, Measure } from './budget.ts';

const MICRO = 1_000_000;
const MINUTE_MS = 60_000;

const where: Readonly<Record<Crossing['scope'], string>> = {
  run: 'for one run',
  session: 'for this work',
  'repository-day': 'for this repository today (UTC)',
  'server-day': 'for the whole server today (UTC)',
};

/** What people are asked when a budget is used up: what was spent, of what, and the one answer that adds more. */
export function tellCrossing(
  { scope, measure, used, limit, step, reckonedMicroUsd, isForOperators }: Crossing,
  renewal: number | null,
): { readonly text: string; readonly options: readonly [string] } {
  const isReckoned = measure === 'costMicroUsd' && reckonedMicroUsd > 0;
  const text = [
    `The budget ${where[scope]} is used up: ${amount(measure, used)} of ${amount(measure, limit)} ${scope === 'run' ? 'spent' : 'spent or reserved'}.`,
    ...(used < limit ? ['What is left is too little for another run.'] : []),
    ...(isReckoned
      ? [`Of it, ${amount(measure, reckonedMicroUsd)} is reckoned for runs whose agent did not report what they cost.`]
      : []),
    ...(isForOperators && scope !== 'server-day' ? ['It is as high as people on GitHub may raise it.'] : []),
    'What was done so far is kept.',
    ...(renewal === null ? [] : ['When the next day begins (00:00 UTC) the work goes on by itself.']),
  ].join(' ');
  const more =
    scope === 'run'
      ? `Go on with another run of up to ${amount(measure, step)}`
      : `Add the same again: ${amount(measure, step)} more`;
  return { text, options: [more] };
}

function amount(measure: Measure, value: number): string {
  switch (measure) {
    case 'costMicroUsd':
      return `$${(value / MICRO).toFixed(2)}`;
    case 'tokens':
      return `${value.toLocaleString('en-GB')} tokens`;
    case 'agentMs':
      return `${Math.round(value / MINUTE_MS)} minutes`;
    case 'runs':
      return value === 1 ? '1 run' : `${value} runs`;
  }
}
