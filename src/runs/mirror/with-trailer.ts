import type { SessionId } from '../../domain/ids.ts';
import { newCommits, type DiffRange } from './diff-facts.ts';
import { addTrailer } from './message-trailer.ts';
import { objectId, reeveRefs } from './refs.ts';
import type { MirrorParts } from './remote.ts';

export type TrailerRequest = DiffRange & {
  readonly sessionId: SessionId;
  /** `Key: value`, one line. */
  readonly trailer: string;
  /** Who publishes the commits; their authors and all dates stay. */
  readonly committer: { readonly name: string; readonly email: string };
};

const FIELDS_PER_COMMIT = 6;
const FORMAT = ['%H', '%T', '%P', '%an <%ae> %ad', '%cd', '%B'].join('%x00');

/**
 * Writes the commits from base to head anew, each with the trailer at the end of its message, and names the last one
 * `refs/reeve/publish/SESSION`. The same request gives the same commits. Signatures are lost: they were not made for these
 * messages. Commits that a branch of the mirror has stay as they are.
 */
export async function withTrailer({ git, gitDir }: MirrorParts, request: TrailerRequest): Promise<string> {
  const { base, head, committer } = request;
  const trailer = oneLine(request.trailer);
  const published = new Map<string, string>();
  const order = ['--topo-order', '--reverse', '-z', '--encoding=UTF-8', '--date=raw', '--no-show-signature'];
  const listed = await git.output(gitDir, ['log', ...order, `--format=${FORMAT}`, ...newCommits(base, head)]);
  const fields = listed.split('\0');
  for (let at = 0; at + FIELDS_PER_COMMIT <= fields.length; at += FIELDS_PER_COMMIT) {
    const [sha = '', tree = '', parents = '', author = '', date = '', message = ''] = fields.slice(at);
    const lines = [
      `tree ${objectId(tree)}`,
      ...parents
        .split(' ')
        .filter((parent) => parent !== '')
        .map((parent) => `parent ${published.get(parent) ?? objectId(parent)}`),
      `author ${author}`,
      `committer ${identity(committer.name)} <${identity(committer.email)}> ${date}`,
    ];
    const input = `${lines.join('\n')}\n\n${addTrailer(message, trailer)}`;
    published.set(
      objectId(sha),
      (await git.output(gitDir, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input })).trim(),
    );
  }
  const newHead = published.get(head) ?? head;
  await git.output(gitDir, ['update-ref', reeveRefs.publish(request.sessionId), objectId(newHead)]);
  return newHead;
}

function oneLine(trailer: string): string {
  if (!/^[A-Za-z0-9-]+: [^\p{Cc}]+$/u.test(trailer)) throw new Error(`${JSON.stringify(trailer)} is not a trailer.`);
  return trailer;
}

/** A name or an address without what would end it. */
function identity(text: string): string {
  return text.replaceAll(/[\p{Cc}<>]/gu, '').trim();
}
