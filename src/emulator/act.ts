import { afterChange } from './after-change.ts';
import { actSchema, type Act, type DirectAct, type ParsedAct } from './act/acts.ts';
import { actDirectly, type Stage } from './act/direct-acts.ts';
import { requestOf } from './act/rest-acts.ts';
import { asUser, type Dispatch } from './dispatch.ts';
import { Refusal } from './errors.ts';
import { person } from './plant.ts';
import { findRepository } from './state.ts';

/** Thrown when GitHub would refuse what somebody does. */
export class ActRefused extends Error {
  readonly status: number;

  constructor(act: ParsedAct, status: number, body: unknown) {
    super(`GitHub refused ${act.as} to ${act.do}: ${status} ${JSON.stringify(body)}`);
    this.name = 'ActRefused';
    this.status = status;
  }
}

const direct: ReadonlySet<string> = new Set<DirectAct['do']>([
  'push',
  'ready-for-review',
  'convert-to-draft',
  'request-check-action',
  'rerequest-check',
  'rerequest-suite',
  'report-check',
  'set-role',
  'rename-repository',
  'transfer-repository',
  'delete-repository',
  'archive-repository',
  'unarchive-repository',
  'publicize-repository',
  'privatize-repository',
  'change-default-branch',
  'rename-branch',
  'transfer-issue',
  'delete-issue',
  'install',
  'uninstall',
  'deselect',
  'suspend',
  'unsuspend',
]);

/** Makes a person do something, with the same rules and webhooks as if they had done it on GitHub. Gives what GitHub answers. */
export function createAct(stage: Stage, dispatch: Dispatch): (act: Act) => Promise<unknown> {
  const { hub } = stage;
  return async (input) => {
    const act = actSchema.parse(input);
    try {
      if (isDirect(act)) {
        return await hub.exclusively(async () => {
          const outcome = await actDirectly(stage, act);
          const [owner = '', name = ''] = act.repo.split('/');
          const repository = findRepository(hub.state, owner, name);
          if (repository !== null) await afterChange(hub, repository);
          return outcome;
        });
      }
      const { method, path, body } = requestOf(act);
      const caller = asUser(person(hub, act.as));
      const url = new URL(path, hub.url);
      const request = { caller, method, path: url.pathname, query: url.searchParams, accept: '' };
      const sent: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
      const answer = await dispatch({ ...request, body: sent });
      if (answer.status >= 300) throw new ActRefused(act, answer.status, answer.body);
      return answer.body ?? null;
    } catch (error) {
      if (error instanceof Refusal) throw new ActRefused(act, error.status, error.body);
      throw error;
    }
  };
}

function isDirect(act: ParsedAct): act is DirectAct {
  return direct.has(act.do);
}
