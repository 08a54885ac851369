import { describeWorkspaces } from '../workspace.conformance.ts';
import { ourGit } from '../../../../test/repositories.ts';
import { createWorktreeWorkspaces } from './worktree.ts';

describeWorkspaces('worktree', (root) => createWorktreeWorkspaces({ git: ourGit, root }));
