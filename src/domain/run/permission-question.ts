import type { RunOutput } from './output.ts';
import type { PermissionTool, PermissionGrant } from './permission.ts';

/** What people can say to it; the first allows exactly what was asked for, until the session ends. */
export const permissionAnswers = ['Allow it for this session', 'Do not allow it'] as const;

/** The question to people for what an agent wants to do: all of its wishes in full, since exactly these are allowed. */
export function permissionQuestion(wishes: readonly PermissionGrant[]): RunOutput {
  const listed = wishes.map(({ tool, subject }) => `${verbs[tool]}:\n\n${subject}`);
  return {
    kind: 'ask',
    question: `The agent asks for leave to ${listed.join('\n\nand to ')}\n\nMay it?`,
    options: [...permissionAnswers],
    permissions: wishes.map(({ tool, subject }) => ({ tool, subject })),
  };
}

const verbs: Readonly<Record<PermissionTool, string>> = {
  shell: 'run this command',
  edit: 'change this file',
  read: 'read this file',
  fetch: 'fetch this address',
  mcp: 'use this tool',
  other: 'do this',
};
