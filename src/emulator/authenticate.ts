import { badCredentials, Refusal } from './errors.ts';
import { tokenOf } from './git-http/request.ts';
import type { Hub } from './hub.ts';
import type { Caller } from './state/actor.ts';
import { findUser } from './state.ts';

/** Who sends a request, by its Authorization header; 401 for a credential that is not (or no longer) good. */
export function authenticate(hub: Hub, authorization: string | undefined): Caller {
  if (authorization === undefined || authorization === '') return { kind: 'anonymous' };
  const token = /^token (.+)$/i.exec(authorization)?.[1] ?? tokenOf(authorization);
  if (token === null) throw badCredentials();
  const caller = token.split('.').length === 3 && !token.startsWith('gh') ? appOf(hub, token) : callerOf(hub, token);
  if (caller === null) throw badCredentials();
  return caller;
}

/** Who a token belongs to; null when it is unknown, expired or revoked. */
export function callerOf(hub: Hub, token: string): Caller | null {
  const found = hub.tokens.find(token);
  if (found === null) return null;
  if (found.kind === 'user') {
    const user = findUser(hub.state, found.login);
    return user === null ? null : { kind: 'user', user };
  }
  const installation = hub.state.installations.get(found.installationId);
  if (installation === undefined || installation.suspendedAt !== null) return null;
  return {
    kind: 'installation',
    installation,
    token,
    permissions: found.permissions,
    repositoryIds: found.repositoryIds === null ? null : new Set(found.repositoryIds),
  };
}

function appOf(hub: Hub, jwt: string): Caller {
  const verdict = hub.tokens.verifyAppJwt(jwt);
  if (verdict.kind === 'refused') throw new Refusal(verdict.status, verdict.message);
  const app = hub.state.apps.get(verdict.appId);
  if (app === undefined) throw new Refusal(404, 'Integration not found');
  return { kind: 'app', app };
}
