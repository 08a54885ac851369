import type { Author, Standing } from '../domain/prompt/author.ts';
import { INSTRUCTION_BYTES_MAX, instructionPaths, instructionsOf } from '../domain/prompt/instructions.ts';
import { overrideOf, TEMPLATE_BYTES_MAX, templatePath, TEMPLATES_DIRECTORY } from '../domain/prompt/overrides.ts';
import { COMMENTS_SHOWN_MAX } from '../domain/prompt/sections.ts';
import { workVariables, type WorkPurpose } from '../domain/prompt/variables.ts';
import type { Permission, Person } from '../domain/people.ts';
import type { Session } from '../domain/session/session.ts';
import type { CommentFacts, IssueFacts, RepositoryRef } from '../github/github.ts';
import { makePrompt, type Prompt } from '../render/prompts/prompt.ts';
import type { Mirror } from '../runs/mirror.ts';
import { TransientError } from '../lib/errors.ts';
import type { Ports } from './ports.ts';

/** A permission that was seen so recently, when its owner asked for this work or answered, need not be asked for again. */
const FRESH_MS = 10_000;
/** Each is a request, so strangers cannot cause any; of whom is not asked the prompt says that their rights are not known. */
const PEOPLE_ASKED_MAX = 10;
const PERMISSION_MS_MAX = 2_000; // a run that is about to start waits no longer for what its agent may as well not know
const insiders: readonly Standing[] = ['owner', 'member', 'collaborator'];

type Material = {
  readonly purpose: WorkPurpose;
  readonly session: Session;
  /** The agent begins a conversation, and the work was begun before. */
  readonly isTakenOver: boolean;
  readonly repository: RepositoryRef & { readonly defaultBranch: string };
  readonly mirror: Mirror;
  readonly issue: IssueFacts;
  readonly comments: readonly CommentFacts[];
};

/**
 * What the agent of a run is told. The repository's own templates and instructions come from its default branch as last
 * fetched, never from the branch that an agent or a stranger can write to. Reads only.
 */
export async function makeRunPrompt(
  ports: Pick<Ports, 'github' | 'now'>,
  { purpose, session, isTakenOver, repository, mirror, issue, comments }: Material,
): Promise<Prompt> {
  const shown = comments.filter(({ author }) => !author.isBot).slice(-COMMENTS_SHOWN_MAX);
  const [files, permissions] = await Promise.all([
    mirror.files({
      branch: repository.defaultBranch,
      paths: instructionPaths,
      directories: [TEMPLATES_DIRECTORY],
      bytesMax: Math.max(INSTRUCTION_BYTES_MAX, TEMPLATE_BYTES_MAX),
      reads: (path) => !path.startsWith(TEMPLATES_DIRECTORY) || path === templatePath(purpose),
    }),
    permissionsOf(ports, {
      session,
      repository,
      people: [issue.author, ...shown.map(({ author }) => author).toReversed()],
    }),
  ]);
  const author = <One extends Omit<Author, 'permission'>>(one: One) => ({
    ...one,
    permission: permissions.get(one.id) ?? null,
  });
  const variables = workVariables({
    purpose,
    session,
    isTakenOver,
    repository: `${repository.owner}/${repository.name}`,
    issue: { ...issue, author: author(issue.author) },
    comments: comments.map((comment) => ({ ...comment, author: author(comment.author) })),
    instructions: instructionsOf(files),
    now: ports.now(),
  });
  return makePrompt(purpose, variables, overrideOf(files, purpose));
}

type Asked = {
  readonly session: Session;
  readonly repository: RepositoryRef;
  /** In the order in which they matter. */
  readonly people: readonly (Person & { readonly standing: Standing })[];
};

async function permissionsOf(
  { github, now }: Pick<Ports, 'github' | 'now'>,
  { session, repository, people }: Asked,
): Promise<ReadonlyMap<number, Permission>> {
  const known = knownWriters(session, now());
  const asked = [...new Map(people.map((person) => [person.id, person])).values()]
    .filter(({ id, standing }) => !known.has(id) && insiders.includes(standing))
    .slice(0, PEOPLE_ASKED_MAX);
  const answers = asked.map(async (person) => [person.id, await permissionIfTold(github, repository, person)] as const);
  const told = (await Promise.all(answers)).filter((one): one is [number, Permission] => one[1] !== null);
  return new Map([...known, ...told]);
}

/** It is only told to the agent, whose run need not wait until GitHub is well: null, and nobody says that they may write. */
async function permissionIfTold(
  github: Ports['github'],
  repository: RepositoryRef,
  person: Person,
): Promise<Permission | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PERMISSION_MS_MAX);
  });
  const told = github.permissionOf(repository, person).catch((error: unknown) => {
    if (error instanceof TransientError) return null;
    throw error;
  });
  try {
    return await Promise.race([told, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Who was just seen to have write access, because they asked for this work or answered its question. */
function knownWriters({ requestedBy, createdAt, questions }: Session, now: number): Map<number, Permission> {
  const seen = [
    { by: requestedBy, at: createdAt },
    ...questions.flatMap(({ answer }) => (answer ? [{ by: answer.by, at: answer.at }] : [])),
  ];
  return new Map(seen.filter(({ at }) => now - at <= FRESH_MS).map(({ by }) => [by.id, 'write']));
}
