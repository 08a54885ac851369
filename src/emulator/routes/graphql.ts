import { z } from 'zod';

import { afterChange } from '../after-change.ts';
import { execute, GraphError } from '../graphql/execute.ts';
import { mutationRoot } from '../graphql/mutations.ts';
import { parseDocument } from '../graphql/parse.ts';
import { queryRoot } from '../graphql/queries.ts';
import { ok, parseBody, route, type Call, type Reply, type Route } from '../route.ts';

const envelope = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });

/** GraphQL, for the few things that REST lacks. A mistake is told in `errors`, with HTTP 200. */
export const graphqlRoutes: readonly Route[] = [route('POST /graphql', 'signed-in', answer)];

async function answer(call: Call): Promise<Reply> {
  const { hub, caller } = call;
  const { query, variables } = parseBody(call, envelope);
  const document = parseDocument(query);
  if (typeof document === 'string') return ok({ errors: [{ message: `Parse error: ${document}` }] });
  const isChange = document.operation === 'mutation';
  const root = isChange ? mutationRoot(hub, caller) : queryRoot(hub, caller);
  try {
    const outcome = await execute(document, variables ?? {}, root);
    if (isChange) for (const repository of hub.state.repositories.values()) await afterChange(hub, repository);
    return ok(outcome);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return ok({ errors: [{ type: error.type, message: error.message }] });
  }
}
