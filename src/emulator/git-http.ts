import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

import { killGroup, start } from '../lib/exec.ts';
import { parseCgiHead } from './git-http/cgi-head.ts';
import { parseGitPath, tokenOf, type GitPath } from './git-http/request.ts';
import { gitEnvironment } from './git.ts';

/**
 * What a token (or nobody) may do with a repository. 'none-authenticated': the token is good but the repository is not for it, or is not
 * there (404). 'unknown': nobody, or a token that we do not know, where only somebody would do (401).
 */
export type GitAccess = 'write' | 'read' | 'none-authenticated' | 'unknown';

/** One ref that a push moved; 40 zeros for before or after: created or deleted. */
export type RefUpdate = { readonly ref: string; readonly before: string; readonly after: string };

export type Push = {
  readonly owner: string;
  readonly repo: string;
  readonly token: string;
  readonly updates: readonly RefUpdate[];
};

export type GitServer = {
  /** Holds the bare repositories as OWNER/REPO.git. */
  readonly root: string;
  authorize(input: { token: string | null; owner: string; repo: string }): GitAccess;
  /** After refs have moved and before the client hears of it; the client waits until it resolves. */
  onPush(push: Push): void | Promise<void>;
};

/** Serves git's smart HTTP. The function takes the request and answers true when its path is one of git's, else it leaves it alone. */
export function serveGit(server: GitServer): (request: IncomingMessage, response: ServerResponse) => boolean {
  const hooks = installHooks(server.root);
  return (request, response) => {
    const path = parseGitPath(request.url ?? '/');
    if (!path) return false;
    const token = tokenOf(request.headers.authorization);
    const refusal = refusalOf(server.authorize({ token, owner: path.owner, repo: path.repo }), path, token);
    if (refusal) refuse(request, response, refusal);
    else serve({ server, hooks, request, response, path, token });
    return true;
  };
}

type Refusal = { readonly status: 401 | 403 | 404; readonly text: string };

function refusalOf(access: GitAccess, path: GitPath, token: string | null): Refusal | null {
  const unauthorized: Refusal = { status: 401, text: 'Invalid username or token.' };
  switch (access) {
    case 'write':
      return null;
    case 'read':
      if (!path.isPush) return null;
      if (token === null) return unauthorized; // so that the client offers its credential
      return { status: 403, text: `Write access to repository not granted. (${path.owner}/${path.repo})` };
    case 'none-authenticated':
      return { status: 404, text: 'Repository not found.' };
    case 'unknown':
      return unauthorized;
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, text }: Refusal): void {
  request.resume();
  response.writeHead(status, {
    'content-type': 'text/plain; charset=UTF-8',
    ...(status === 401 && { 'www-authenticate': 'Basic realm="GitHub"' }),
  });
  response.end(`${text}\n`);
}

type Exchange = {
  readonly server: GitServer;
  readonly hooks: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: GitPath;
  readonly token: string | null;
};

type Backend = ReturnType<typeof start>;

/** A clone or push of what the emulator holds takes seconds; what goes on longer hangs, and its client has given up. */
const exchangeMsMax = 600_000;

function serve(exchange: Exchange): void {
  const { server, hooks, request, response, path, token } = exchange;
  const updatesFile = join(hooks, `updates-${randomUUID()}`);
  const backend = start('git', ['http-backend'], {
    env: { ...gitEnvironment, ...cgiEnvironment(exchange, updatesFile) },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true, // git starts the backend as a child of its own, which reads for ever when only git is killed
    timeout: exchangeMsMax,
    killSignal: 'SIGKILL',
  });
  feed(request, backend);
  relay(backend, response);
  response.once('close', () => {
    if (response.writableFinished) return;
    backend.stdout?.resume(); // nobody reads any more: a push that arrived whole still counts, all else ends
    if (!path.isPush || !request.complete) killGroup(backend);
  });
  backend.once('error', () => fail(response));
  backend.once('close', () => {
    reportPush(server, { owner: path.owner, repo: path.repo, token: token ?? '' }, updatesFile).then(
      () => (response.headersSent ? response.end() : fail(response)),
      () => response.destroy(),
    );
  });
}

function feed(request: IncomingMessage, backend: Backend): void {
  if (!backend.stdin) return;
  backend.stdin.on('error', () => {}); // the backend may stop reading early
  request.once('close', () => backend.stdin?.end());
  request.pipe(backend.stdin);
}

/** Streams a CGI answer; the response is left open at its end. */
function relay(backend: Backend, response: ServerResponse): void {
  let head = Buffer.alloc(0);
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const parsed = parseCgiHead(head);
    if (parsed === 'incomplete') return;
    backend.stdout?.off('data', onHead);
    if (parsed === 'invalid') {
      fail(response);
      return;
    }
    response.writeHead(parsed.status, parsed.headers);
    response.write(parsed.rest);
    backend.stdout?.pipe(response, { end: false });
  };
  backend.stdout?.on('data', onHead);
}

function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain' }).end('git could not answer\n');
}

function cgiEnvironment({ server, hooks, request, path }: Exchange, updatesFile: string): Record<string, string> {
  const optional = {
    CONTENT_TYPE: request.headers['content-type'],
    CONTENT_LENGTH: request.headers['content-length'],
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
    GIT_PROTOCOL: request.headers['git-protocol'],
  };
  const given = Object.entries(optional).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return {
    GIT_PROJECT_ROOT: server.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${path.owner}/${path.repo}.git/${path.rest}`,
    QUERY_STRING: path.query,
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_USER: 'x-access-token',
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.hooksPath',
    GIT_CONFIG_VALUE_0: hooks,
    EMULATOR_UPDATES: updatesFile,
    ...Object.fromEntries(given),
  };
}

/** git itself says which refs a push moved: its hook writes them down, and nothing else that happens meanwhile is mistaken for it. */
function installHooks(root: string): string {
  const directory = join(root, '.hooks');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'post-receive'), '#!/bin/sh\nexec cat > "$EMULATOR_UPDATES"\n', { mode: 0o755 });
  return directory;
}

async function reportPush(server: GitServer, push: Omit<Push, 'updates'>, updatesFile: string): Promise<void> {
  const text = await readFile(updatesFile, 'utf8').catch(() => ''); // absent: no push, or nothing moved
  if (text === '') return;
  await rm(updatesFile, { force: true });
  const updates = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = '', ...ref] = line.split(' ');
      return { ref: ref.join(' '), before, after };
    });
  await server.onPush({ ...push, updates });
}
