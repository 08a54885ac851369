import { z } from 'zod';

import { invalid } from '../errors.ts';
import { instant, type Json } from '../resources/json.ts';
import { created, list, parseBody, repositoryRoute, repositoryUrl, type RepositoryCall, type Route } from '../route.ts';
import type { Hook } from '../state/repositories.ts';

const newHook = z.object({
  name: z.string().default('web'),
  events: z.array(z.string()).default(['push']),
  active: z.boolean().default(true),
  config: z.object({ url: z.string().optional(), secret: z.string().default('') }).default({ secret: '' }),
});

/** Webhooks of a repository, beside those of Apps. */
export const hookRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/hooks', { permission: 'repository_hooks:read', role: 'admin' }, (call) =>
    list(call.repository.hooks, (hook) => render(call, hook)),
  ),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/hooks',
    { permission: 'repository_hooks:write', role: 'admin' },
    (call) => {
      const { hub, repository } = call;
      const { events, active, config } = parseBody(call, newHook);
      if (config.url === undefined) throw invalid('Hook', 'url', 'missing_field');
      const { url, secret } = config;
      const id = hub.state.nextId();
      const hook: Hook = { id, createdAt: hub.clock(), events, url, secret, isActive: active };
      repository.hooks.push(hook);
      const payload = { zen: 'Keep it logically awesome.', hook_id: id, hook: render(call, hook) };
      const to = { kind: 'hook', hook } as const;
      hub.deliver({ to, event: 'ping', action: null, installationId: null, repositoryId: repository.id, payload });
      return created(render(call, hook));
    },
  ),
];

function render(call: RepositoryCall, { id, events, url, isActive, createdAt }: Hook): Json {
  const api = `${repositoryUrl(call)}/hooks/${id}`;
  return {
    type: 'Repository',
    id,
    name: 'web',
    active: isActive,
    events,
    config: { url, content_type: 'json', insecure_ssl: '0', secret: '********' },
    updated_at: instant(createdAt),
    created_at: instant(createdAt),
    url: api,
    test_url: `${api}/test`,
    ping_url: `${api}/pings`,
    deliveries_url: `${api}/deliveries`,
    last_response: { code: null, status: 'unused', message: null },
  };
}
