import type { ClientContext } from '@agentclientprotocol/sdk';

import type { Channel } from '../agent.ts';
import { openGate, type GateWatch } from './gate.ts';
import type { PermissionAnswer } from './permissions.ts';
import { fieldsOf, type Fields } from './untrusted.ts';

type Service = GateWatch & {
  answer(params: Fields, takenBack: AbortSignal): Promise<PermissionAnswer>;
};

export type AcpConnection = { readonly agent: ClientContext; close(): void };

/** Connects the SDK with a program. All that we serve is leave to use tools: other requests are answered with an error. */
export async function connect({ input, output }: Channel, service: Service): Promise<AcpConnection> {
  // Read only when an agent speaks it: its schemas take more memory than all the rest of a run host.
  const { client } = await import('@agentclientprotocol/sdk');
  const connection = client({ name: 'reeve' })
    .onRequest('session/request_permission', fieldsOf, ({ params, signal }) => service.answer(params, signal))
    .connect(openGate(input, output, service));
  return { agent: connection.agent, close: () => connection.close() };
}
