import { z } from 'zod';

const HOSTS_MAX = 50; // told one by one; what comes after is only counted
const HOSTS_NAMED_MAX = 3;

// From a process that reads hostile bytes.
const refusedSchema = z.object({
  host: z.string().max(253),
  port: z.number().int().nonnegative(),
  why: z.enum(['not-listed', 'private-address', 'not-a-host']),
});
export type RefusedHost = z.infer<typeof refusedSchema>;

export type Refusals = { readonly take: (message: unknown) => void; readonly summary: () => string };

/** Keeps what a run was refused. `onRefused` hears of each host once. */
export function createRefusals(onRefused: (refused: RefusedHost) => void): Refusals {
  const hosts = new Set<string>();
  let hasMore = false;
  return {
    take(message) {
      const parsed = refusedSchema.safeParse(message);
      if (!parsed.success) return;
      const name = `${parsed.data.host}:${parsed.data.port}`;
      if (hosts.has(name)) return;
      if (hosts.size >= HOSTS_MAX) {
        hasMore = true;
        return;
      }
      hosts.add(name);
      onRefused(parsed.data);
    },
    summary() {
      if (hosts.size === 0) return '';
      const named = [...hosts].slice(0, HOSTS_NAMED_MAX);
      const others = hosts.size - named.length;
      const more = others === 0 ? '' : ` and ${others}${hasMore ? ' or more' : ''} other${others === 1 ? '' : 's'}`;
      return ` Its network policy refused ${named.join(', ')}${more}.`;
    },
  };
}
