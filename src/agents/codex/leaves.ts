import type { PermissionDecision, PermissionRequest } from '../../domain/run/permission.ts';
import type { Channel } from '../agent.ts';
import type { Peer } from './peer.ts';
import type { Asked } from './permissions.ts';
import type { RequestId } from './protocol.ts';

/** More than any honest run asks for; beyond it the agent asks for ever. */
const WISHES_MAX = 500;

type Surroundings = {
  readonly peer: Peer;
  readonly channel: Pick<Channel, 'onEvent' | 'decide'>;
  /** Tells the agent why it may not. */
  readonly explain: (why: string) => void;
  /** It has asked too often. */
  readonly onTooMany: () => void;
};

/** The requests for leave that wait for an answer. An answer that comes when its request is gone is dropped. */
export type Leaves = {
  ask(id: RequestId, asked: Asked): void;
  /** Codex itself has settled it, for example because its turn was interrupted. */
  withdraw(id: RequestId): void;
  close(): void;
};

export function createLeaves({ peer, channel, explain, onTooMany }: Surroundings): Leaves {
  const waiting = new Map<RequestId, Asked>();
  let wished = 0;
  let isClosed = false;
  const answer = (id: RequestId, asked: Asked, decision: PermissionDecision): void => {
    if (isClosed || waiting.get(id) !== asked) return;
    waiting.delete(id);
    // Codex has no room for a reason in its answer. It goes first, so that it stands beside the refused call.
    if (decision.verdict === 'deny') explain(decision.why);
    peer.answer(id, decision.verdict === 'allow' ? asked.accept : asked.decline);
  };
  return {
    ask(id, asked) {
      if (isClosed) return;
      if (waiting.has(id)) {
        channel.onEvent({ kind: 'error', detail: 'It asked for leave under a number that is still in use.' });
        return;
      }
      waiting.set(id, asked);
      wished += Math.max(1, asked.wishes.length);
      if (wished > WISHES_MAX) {
        answer(id, asked, { verdict: 'deny', why: `You have asked for leave more than ${WISHES_MAX} times.` });
        onTooMany();
        return;
      }
      if (asked.denial !== null) {
        answer(id, asked, { verdict: 'deny', why: asked.denial });
        return;
      }
      const first = wished - asked.wishes.length + 1;
      const decisions = asked.wishes.map((wish, index) => decide(channel, { id: `codex-${first + index}`, ...wish }));
      void firstDenial(decisions).then((decision) => answer(id, asked, decision));
    },
    withdraw: (id) => void waiting.delete(id),
    close() {
      isClosed = true;
      waiting.clear();
    },
  };
}

/** Denied as soon as one is; allowed once all are. */
function firstDenial(decisions: readonly Promise<PermissionDecision>[]): Promise<PermissionDecision> {
  return new Promise((resolve) => {
    for (const decision of decisions) void decision.then((one) => one.verdict === 'deny' && resolve(one));
    void Promise.all(decisions).then(() => resolve({ verdict: 'allow' }));
  });
}

async function decide(channel: Surroundings['channel'], request: PermissionRequest): Promise<PermissionDecision> {
  channel.onEvent({ kind: 'permission-request', request });
  try {
    return await channel.decide(request);
  } catch {
    return { verdict: 'deny', why: 'Nobody could decide.' };
  }
}
