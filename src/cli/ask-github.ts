import { sign } from 'node:crypto';

import type { ServerConfig } from '../config/server-config.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';

/** What GitHub says to whoever shows the App's key. `says` is text from outside, on one line. */
export type GitHubAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly says: string }
  | { readonly kind: 'unreachable'; readonly says: string };

const ANSWER_MS_MAX = 10_000; // GitHub gives up on a request of its own after as long
const ANSWER_BYTES_MAX = 100_000; // an App is told in 2 KB
const SAID_CHARACTERS_MAX = 300;
const CLOCK_SKEW_S = 60; // GitHub's clock may be behind ours
const TOKEN_LIFE_S = 300; // GitHub takes up to 600

/** Asks `GET /app` once, with the configured key. Rejects with nothing that GitHub or the network can do. */
export async function askGitHub(
  { app, githubApiUrl }: Pick<ServerConfig, 'app' | 'githubApiUrl'>,
  now: Clock,
): Promise<GitHubAnswer> {
  try {
    const response = await fetch(`${githubApiUrl}/app`, {
      headers: {
        authorization: `Bearer ${appToken(app, now())}`,
        accept: 'application/vnd.github+json',
        'user-agent': 'reeve',
      },
      redirect: 'manual', // the token is for GITHUB_API_URL alone
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    return { kind: 'answered', status: response.status, says: saidIn(await readStart(response)) };
  } catch (error) {
    return { kind: 'unreachable', says: oneLine(reasonsOf(error)) };
  }
}

/** A JSON web token (RS256) by which the App itself signs in. */
function appToken({ id, privateKey }: ServerConfig['app'], nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const claims = { iat: seconds - CLOCK_SKEW_S, exp: seconds + TOKEN_LIFE_S, iss: String(id) };
  const unsigned = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${unsigned}.${sign('RSA-SHA256', Buffer.from(unsigned), privateKey).toString('base64url')}`;
}

async function readStart({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The App's slug, or GitHub's message; empty when the answer is not GitHub's. */
function saidIn(text: string): string {
  const field = /"(?:slug|message)"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return oneLine(field ?? '');
}

function reasonsOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  return `${messageOf(error)}${cause}`;
}

function oneLine(text: string): string {
  return text
    .replaceAll(/\p{C}+/gu, ' ')
    .slice(0, SAID_CHARACTERS_MAX)
    .trim();
}
