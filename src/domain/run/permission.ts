/** What an agent asks to use, in words that are the same for every agent. */
export const permissionTools = ['shell', 'edit', 'read', 'fetch', 'mcp', 'other'] as const;
export type PermissionTool = (typeof permissionTools)[number];

export const SUBJECT_CHARACTERS_MAX = 4000; // people would not read a longer one before they allow it
export const PERMISSIONS_ASKED_MAX = 50; // a patch may change so many files
export const ASKED_CHARACTERS_MAX = 16_000; // of all of them together: with the words around them they fit into one question

/** One wish of an agent for leave to do something. Every text is hostile. */
export type PermissionRequest = {
  /** The adapter's own name for it. */
  readonly id: string;
  readonly tool: PermissionTool;
  /** The tool as the agent calls it. */
  readonly toolName: string;
  /** Of `shell`: the command line; of `edit` and `read`: the path; of `fetch`: the URL; otherwise one line for people. */
  readonly subject: string;
};

/** Leave to do exactly this, as it was asked for. */
export type PermissionGrant = Pick<PermissionRequest, 'tool' | 'subject'>;

export type PermissionDecision = { readonly verdict: 'allow' } | { readonly verdict: 'deny'; readonly why: string };

/**
 * One rule. `subject`: of `shell` the words of one simple command, each literal or `*` for any one word, a last `**` for any
 * further ones; of `mcp` and `other` a glob on the tool as the agent calls it, a space, and its subject; of the rest a glob on
 * that. Null: any.
 */
export type PermissionRule = { readonly tool: PermissionTool; readonly subject: string | null };

/** Who may do what without asking. A rule that denies wins; then what people said; then a rule that allows; then `otherwise`. */
export type PermissionPolicy = {
  readonly deny: readonly PermissionRule[];
  readonly allow: readonly PermissionRule[];
  /** What people allowed in this session, exactly as it was asked for. */
  readonly grants: readonly PermissionGrant[];
  /** What people did not allow when they were asked for exactly this. */
  readonly refusals: readonly PermissionGrant[];
  readonly otherwise: 'allow' | 'ask' | 'deny';
};

/** Whether an agent has to say what it wants to do before it does it. */
export function mustAsk({ deny, otherwise }: PermissionPolicy): boolean {
  return otherwise !== 'allow' || deny.length > 0;
}

/** Nothing is asked for: the sandbox is what holds the agent. */
export const sandboxAlone: PermissionPolicy = { deny: [], allow: [], grants: [], refusals: [], otherwise: 'allow' };
