import type { Emulator } from '../../src/emulator/emulator.ts';
import { allThreads, ownComments } from './comments.ts';
import { somebody } from './people.ts';

type PullJson = { readonly number: number; readonly head: { readonly ref: string } };
type CheckJson = { readonly name: string; readonly external_id: string; readonly head_sha: string };

/** What must be true of GitHub after every story, whatever happened in it: a sentence for each thing that is not. */
export async function brokenPromises(emulator: Emulator, repo: string): Promise<string[]> {
  const threads = allThreads(emulator, repo);
  const requests = emulator.requests();
  const comments = threads.flatMap((thread) =>
    ownComments(thread).map((comment) => ({ ...comment, number: thread.number })),
  );
  const cards = comments.filter(({ kind }) => kind === 'card').map(({ number }) => `the card of #${number}`);
  const unknown = comments.filter(({ kind }) => kind === 'unknown');
  const reader = somebody(emulator, repo, 'ada');
  const pulls = (await reader.asks('/pulls?state=all&per_page=100')) as PullJson[];
  const checks = await allChecks(emulator, repo);
  return [
    ...emulator.control.responseProblems().map((problem) => `The emulator's answer breaks the contract: ${problem}`),
    ...requests.flatMap(({ method, path, problems }) =>
      problems.map((problem) => `${method} ${path} breaks the contract: ${problem}`),
    ),
    ...requests
      .filter(({ status }) => status === 401 || status === 422)
      .map(
        ({ method, path, status, body }) =>
          `${method} ${path} was answered with ${status}: ${JSON.stringify(body).slice(0, 500)}`,
      ),
    ...repeated(cards),
    ...repeated(comments.map(({ slot }) => `the comment for ${slot}`)),
    ...unknown.map(({ number, body }) => `#${number} holds a comment that is nothing of ours: ${body}`),
    ...repeated(pulls.map(({ head }) => `the pull request of ${head.ref}`)),
    ...repeated(checks.map((check) => `the check run ${check.name} of ${check.external_id} on ${check.head_sha}`)),
  ];
}

async function allChecks(emulator: Emulator, repo: string): Promise<CheckJson[]> {
  const heads = emulator
    .requests()
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/check-runs'))
    .map(({ body }) => (body as { head_sha: string }).head_sha);
  const reader = somebody(emulator, repo, 'ada');
  const found: CheckJson[] = [];
  for (const head of new Set(heads)) {
    const answer = await reader.asks(`/commits/${head}/check-runs?filter=all&per_page=100`);
    found.push(...(answer as { check_runs: CheckJson[] }).check_runs);
  }
  return found;
}

function repeated(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([name, count]) => `There is ${count} times ${name}.`);
}
