import { z } from 'zod';

import { permissionTools, sandboxAlone, type PermissionPolicy } from '../domain/run/permission.ts';
import { Mistake, parser } from './parsers.ts';

const RULES_MAX = 200; // of each list
const rule = z.strictObject({
  tool: z.enum(permissionTools, { error: `must be one of ${permissionTools.join(', ')}` }),
  subject: z.string().min(1).max(500).nullable().default(null),
});
const policy = z.strictObject({
  deny: z.array(rule).max(RULES_MAX).default([]),
  allow: z.array(rule).max(RULES_MAX).default([]),
  otherwise: z.enum(['allow', 'ask', 'deny']).default('ask'),
});

/** `sandbox`: nothing is asked for; `ask`: everything is; or rules as JSON. */
export const permissions = parser((text): PermissionPolicy => {
  if (text === 'sandbox') return sandboxAlone;
  if (text === 'ask') return { ...sandboxAlone, otherwise: 'ask' };
  if (!text.startsWith('{')) throw new Mistake('must be sandbox, ask, or a JSON object with deny, allow and otherwise');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Mistake('starts with { and is no JSON');
  }
  const parsed = policy.safeParse(json);
  if (parsed.success) return { ...parsed.data, grants: [], refusals: [] };
  const [issue] = parsed.error.issues;
  throw new Mistake(`has a mistake at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`);
});
