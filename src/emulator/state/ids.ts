const FIRST_ID = 1_000_001; // far above issue numbers, so that taking one for the other shows

const prefixes = {
  App: 'A_',
  CheckRun: 'CR_',
  CheckSuite: 'CS_',
  Comment: 'IC_',
  Commit: 'C_',
  Hook: 'HK_',
  Installation: 'IN_',
  Issue: 'I_',
  IssueEvent: 'EV_',
  Label: 'LA_',
  Milestone: 'MI_',
  Pull: 'PR_',
  Reaction: 'REA_',
  Ref: 'REF_',
  Repository: 'R_',
  Review: 'PRR_',
  ReviewComment: 'PRRC_',
  Status: 'SC_',
  User: 'U_',
  Blob: 'B_',
} as const;

/** What has a GraphQL node id. */
export type NodeType = keyof typeof prefixes;

/** An opaque GraphQL id; the same type and key always give the same one. */
export function nodeId(type: NodeType, key: number | string): string {
  return `${prefixes[type]}${Buffer.from(`${type}:${key}`).toString('base64url')}`;
}

/** Numeric ids of all kinds of things, globally rising. */
export function createIds(): () => number {
  let next = FIRST_ID;
  return () => next++;
}
