import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import type { SessionId } from '../src/domain/ids.ts';
import { openSession } from '../src/domain/session/open.ts';
import type { Session } from '../src/domain/session/session.ts';
import { sessionIdOf } from '../src/domain/ids.ts';
import type { GitHub } from '../src/github/github.ts';
import { createMarker } from '../src/github/marker.ts';
import { createLog } from '../src/lib/log.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import type { Ports, Runs } from '../src/work/ports.ts';
import { mona, START } from './sessions.ts';

export const repository = { id: 5, owner: 'acme', name: 'shop', defaultBranch: 'main', installationId: 3 };
export const issue = { repositoryId: repository.id, issueNumber: 7 };

type Parts = Omit<Partial<Ports>, 'github' | 'runs'> & {
  readonly github?: Partial<GitHub>;
  readonly runs?: Partial<Runs>;
};

/** What a use case reaches the world through: a real store, a clock, and of the rest only what the test gives. */
export async function portsWith({ github = {}, runs = {}, ...parts }: Parts = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'reeve-work-'));
  const store = openSqliteStore({ path: join(directory, 'reeve.db') });
  onTestFinished(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  await store.repositories.see(repository);
  const time = { now: START };
  const ports: Ports = {
    ...{ store, now: () => time.now, log: createLog('silent'), newId: () => 'c', redact: (text: string) => text },
    ...{ marker: createMarker(Buffer.alloc(32)), queue: { nudge: () => {} } },
    github: only('github', github),
    runs: only('runs', runs),
    openMirror: async () => only('mirror', {}),
    workspaces: only('workspaces', {}),
    settings: only('settings', {}),
    ...parts,
  };
  return { ports, store, time };
}

/** The parts that are given; asking for any other fails the test. */
export function only<Whole extends object>(name: string, parts: Partial<Whole>): Whole {
  return new Proxy(parts, {
    get: (known, key) => {
      if (key in known) return known[key as keyof typeof known];
      if (key === 'then') return undefined;
      throw new Error(`This test gave no ${name}.${String(key)}.`);
    },
  }) as Whole;
}

/** Stores a session as it stands after the events of a story, whose effects count as done. */
export async function keep(ports: Ports, session: Session): Promise<SessionId> {
  const { issueNumber, repositoryId } = session;
  const cause = `test:${session.id}`;
  await ports.store.sessions.open({ repositoryId, issueNumber }, cause, ({ ordinal }) => ({
    session: openSession({
      ...{ ...issue, id: sessionIdOf(5, 7, ordinal), title: session.title, previousId: null, requestedBy: mona },
      ...{ conversationId: 'c', at: START },
    }).session,
    effects: [],
  }));
  await ports.store.sessions.change(session.id, `${cause}:kept`, (first) => ({
    outcome: 'moved',
    session: { ...session, version: first.version + 1 },
    effects: [],
  }));
  return session.id;
}
