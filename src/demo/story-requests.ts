import { z } from 'zod';

import type { Emulator } from '../emulator/emulator.ts';
import { repository } from './seed.ts';

const repo = `${repository.owner}/${repository.name}`;
const checkRuns = z.array(z.object({ id: z.number(), external_id: z.string() }));
const told = z.looseObject({ head: z.string().optional(), external_id: z.string().optional() }).catch({});

/**
 * How many requests the story of one issue cost, of all that the emulator has logged. Counted are those that name the issue,
 * its comments, its pull request or its check run, and of those that name no issue (tokens, git, sweeps, permissions, the
 * looks of labels) an equal share for each issue that was worked on, rounded up.
 */
export function requestsOfStory(emulator: Emulator, issue: number, issues: readonly number[]): number {
  const isOf = new Map(issues.map((number) => [number, matcherOf(emulator, number)]));
  const requests = emulator.requests();
  const shared = requests.filter((request) => [...isOf.values()].every((matches) => !matches(request)));
  const own = requests.filter((request) => isOf.get(issue)?.(request));
  return own.length + Math.ceil(shared.length / issues.length);
}

type Matcher = (request: { readonly path: string; readonly body: unknown }) => boolean;

function matcherOf({ control }: Emulator, issue: number): Matcher {
  const threads = control
    .threads(repo)
    .filter(({ number, isPull, body }) => number === issue || (isPull && body.startsWith(`Closes #${issue}\n`)));
  const numbers = threads.map(({ number }) => number).join('|');
  const comments = threads.flatMap((thread) => thread.comments.map(({ id }) => id)).join('|');
  const isOurs = (sessionId: string): boolean => sessionId.includes(`-${issue}-`);
  const checks = checkRuns.parse(control.checkRuns(repo)).filter((check) => isOurs(check.external_id));
  const paths = [
    ...[`/(issues|pulls)/(${numbers})(/|\\?|$)`, `/issues/comments/(${comments})(/|$)`],
    ...[`/check-runs/(${checks.map(({ id }) => id).join('|')})$`, `/pulls\\?head=[^&]*reeve%2F${issue}-`],
  ].map((source) => new RegExp(source));
  return ({ path, body }) => {
    const { head = '', external_id: session = '' } = told.parse(body ?? {});
    return paths.some((shape) => shape.test(path)) || head.startsWith(`reeve/${issue}-`) || isOurs(session);
  };
}
