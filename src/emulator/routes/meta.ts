import { ok, route, type Route } from '../route.ts';
import { ownerOf } from '../state/actor.ts';

/** The service itself. */
export const metaRoutes: readonly Route[] = [
  route('GET /meta', 'anyone', () =>
    ok({ verifiable_password_authentication: false, hooks: ['127.0.0.1/32'], web: [], api: ['127.0.0.1/32'], git: [] }),
  ),
  route('GET /rate_limit', 'anyone', ({ hub, caller }) => {
    const resources = hub.rateLimits.overview(ownerOf(caller));
    return ok({ resources, rate: resources.core });
  }),
];
