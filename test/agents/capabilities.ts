/** The columns of the table in docs/agents.md. */
export const capabilities = [
  'start',
  'stream',
  'message',
  'interrupt',
  'permission',
  'resume',
  'usage',
  'ends',
  'lies',
  'budget',
  'sandbox',
] as const;
export type Capability = (typeof capabilities)[number];
