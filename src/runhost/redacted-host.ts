import { HOST_CHARACTERS_MAX } from '../domain/run/network.ts';
import type { Redactor } from '../lib/redact.ts';
import type { RefusedHost } from './refused-host.ts';

/** Without secrets, and no longer than whoever reads the events takes: what takes a secret's place may be longer than it. */
export function redactedHost({ host, ...rest }: RefusedHost, redact: Redactor): RefusedHost {
  return { ...rest, host: redact(host).slice(0, HOST_CHARACTERS_MAX) };
}
