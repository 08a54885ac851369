import { notFound, Refusal } from '../errors.ts';
import { renderProfile } from '../resources/user.ts';
import { ok, route, textOf, type Route } from '../route.ts';
import { findUser } from '../state.ts';

/** Accounts. */
export const userRoutes: readonly Route[] = [
  route('GET /user', 'signed-in', ({ caller, hub }) => {
    if (caller.kind !== 'user') throw new Refusal(403, 'Resource not accessible by integration');
    return ok(renderProfile(hub.url, caller.user));
  }),
  route('GET /users/{username}', 'anyone', (call) => {
    const user = findUser(call.hub.state, textOf(call, 'username'));
    if (user === null) throw notFound();
    return ok(renderProfile(call.hub.url, user));
  }),
];
