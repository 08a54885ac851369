import type { AgentEvent } from '../../domain/run/conversation.ts';
import type { PermissionDecision, PermissionRequest } from '../../domain/run/permission.ts';
import type { AgentTask, Channel } from '../agent.ts';
import { nobodyChooses, optionFor, requestsFor, type PermissionAnswer } from './permissions.ts';
import type { ToolCalls } from './tool-calls.ts';
import { fieldsOf, type Fields } from './untrusted.ts';

const REQUESTS_MAX = 500; // an agent that asks more often in one run asks for ever
const PENDING_MAX = 50; // more at once are no work; people would see a card of them

type Surroundings = {
  readonly mustAsk: AgentTask['mustAsk'];
  readonly decide: Channel['decide'];
  readonly calls: ToolCalls;
  readonly emit: (event: AgentEvent) => void;
  readonly isOurs: (params: Fields) => boolean;
  /** It is to be stopped. */
  readonly onEndless: (detail: string) => void;
};

/** Answers the agent's requests for leave. */
export type Asking = {
  /** Settles when it is decided, when the agent takes its request back, or when all are cancelled. */
  answer(params: Fields, takenBack: AbortSignal): Promise<PermissionAnswer>;
  /** Nobody will choose any more: neither for those that wait nor for those to come. */
  cancel(): void;
};

export function createAsking(surroundings: Surroundings): Asking {
  const { mustAsk, calls, emit, isOurs, onEndless } = surroundings;
  const cancelled = new AbortController();
  const cancelledOnce = aborted(cancelled.signal).then(() => nobodyChooses);
  let asked = 0;
  let pending = 0;

  const decided = async (request: PermissionRequest): Promise<PermissionDecision> => {
    emit({ kind: 'permission-request', request });
    return surroundings.decide(request);
  };
  const chosen = async (params: Fields, requests: readonly PermissionRequest[]): Promise<PermissionAnswer> => {
    for (const request of requests) {
      const { verdict } = await decided(request);
      if (verdict === 'deny') return denied(params);
      if (cancelled.signal.aborted) return nobodyChooses;
    }
    return allowed(params);
  };
  const allowed = (params: Fields): PermissionAnswer => {
    const answer = optionFor('allow', params['options']);
    if (answer === null)
      emit({ kind: 'error', detail: 'It may be allowed something only for ever, so it was denied.' });
    return answer ?? denied(params);
  };

  return {
    async answer(params, takenBack) {
      asked += 1;
      if (asked > REQUESTS_MAX) {
        onEndless(`It asked for leave more than ${REQUESTS_MAX} times.`);
        return denied(params);
      }
      const call = calls.look(fieldsOf(params['toolCall']));
      if (cancelled.signal.aborted || !isOurs(params) || call === null) return nobodyChooses;
      if (!mustAsk) return allowed(params);
      const requests = requestsFor(call, `${call.id}#${asked}`);
      if (requests === null || pending >= PENDING_MAX) {
        emit({ kind: 'error', detail: 'It asked for more than anybody can judge, and was denied.' });
        return denied(params);
      }
      pending += 1;
      try {
        return await Promise.race([
          chosen(params, requests),
          cancelledOnce,
          aborted(takenBack).then(() => nobodyChooses),
        ]);
      } catch (error) {
        emit({ kind: 'error', detail: `Nobody could decide: ${error instanceof Error ? error.message : 'unknown'}` });
        return denied(params);
      } finally {
        pending -= 1;
      }
    },
    cancel: () => cancelled.abort(),
  };
}

function denied(params: Fields): PermissionAnswer {
  return optionFor('deny', params['options']) ?? nobodyChooses;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
