import type { Figure } from '../figures.ts';
import { benchGrammar } from './grammar.ts';

/** What is judged of what people write and want. */
export async function benchJudge(): Promise<readonly Figure[]> {
  return Promise.resolve(benchGrammar());
}
