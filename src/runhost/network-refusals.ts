import { HOST_CHARACTERS_MAX } from '../domain/run/network.ts';
import type { Redactor } from '../lib/redact.ts';
import type { RefusedHost } from './refused-host.ts';

const HOSTS_MAX = 50; // told one by one; what comes after is only counted
const HOSTS_NAMED_MAX = 3;

export type Refusals = { readonly take: (refused: RefusedHost) => void; readonly summary: () => string };

/** Keeps what a run was refused. `onRefused` hears of each host once. */
export function createRefusals(onRefused: (refused: RefusedHost) => void): Refusals {
  const hosts = new Set<string>();
  let hasMore = false;
  return {
    take(refused) {
      const name = `${refused.host}:${refused.port}`;
      if (hosts.has(name)) return;
      if (hosts.size >= HOSTS_MAX) {
        hasMore = true;
        return;
      }
      hosts.add(name);
      onRefused(refused);
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

/** Without secrets, and no longer than whoever reads the events takes: what takes a secret's place may be longer than it. */
export function redactedHost({ host, ...rest }: RefusedHost, redact: Redactor): RefusedHost {
  return { ...rest, host: redact(host).slice(0, HOST_CHARACTERS_MAX) };
}
