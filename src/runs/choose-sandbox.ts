import type { NetworkPolicy } from '../domain/run/network.ts';
import type { Sandbox } from '../domain/run/run.ts';
import { UserError } from '../lib/errors.ts';
import { canLimitNetwork, probeSandboxes } from './sandbox.ts';

/** The best sandbox that works here, with the programs on `path`; `none` where none does. */
export async function bestSandbox(path: string): Promise<Sandbox> {
  return (await probeSandboxes(path))[0] ?? 'none';
}

/** The wanted one, or with `auto` the best. Throws UserError `config-invalid` when that does not work, or none would protect. */
export async function chooseSandbox(wanted: Sandbox | 'auto', path: string): Promise<Sandbox> {
  const working = await probeSandboxes(path);
  const chosen = wanted === 'auto' ? working[0] : working.find((sandbox) => sandbox === wanted);
  if (wanted === 'auto' && chosen === 'none') {
    throw new UserError(
      'config-invalid',
      'No sandbox works on this machine, so an agent could read what the server reads. Install bubblewrap (`reeve doctor` says what is missing), or set REEVE_SANDBOX=none if every agent and issue is trusted.',
    );
  }
  if (chosen) return chosen;
  throw new UserError(
    'config-invalid',
    `REEVE_SANDBOX is ${wanted}, which does not work on this machine. \`reeve doctor\` says why; this one works: ${working.join(', ')}.`,
  );
}

type Surroundings = {
  readonly sandbox: Sandbox;
  readonly path: string;
  /** What `auto` allows where it can keep to it. */
  readonly usual: readonly string[];
};

/** The wanted policy. Throws UserError `config-invalid` when it cannot be kept here; only `auto` then opens the network. */
export async function chooseNetwork(
  wanted: NetworkPolicy | 'auto',
  { sandbox, path, usual }: Surroundings,
): Promise<NetworkPolicy> {
  if (wanted === 'open') return wanted;
  const isKept = sandbox === 'bwrap' && (await canLimitNetwork(path));
  if (wanted === 'auto') return isKept ? usual : 'open';
  if (isKept) return wanted;
  throw new UserError(
    'config-invalid',
    `REEVE_NETWORK limits what agents can reach, and ${sandbox === 'bwrap' ? 'bubblewrap can make no network of its own here' : `the sandbox ${sandbox} cannot keep them to it`}. \`reeve doctor\` says what is missing; or set REEVE_NETWORK=open if agents may reach all that this machine can.`,
  );
}
