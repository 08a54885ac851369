import { dirname } from 'node:path';
import { expect, test } from 'vitest';

import { exampleRequest } from '../domain/run/example-request.ts';
import type { RunRequest } from '../domain/run/run.ts';
import { agentEnvironment } from './environment.ts';

const request = (environment: Record<string, string>): RunRequest => ({
  ...exampleRequest,
  workspacePath: '/home/workspaces/1-7-1',
  environment,
});
const start = { argv: ['agent'] as const, environment: { REEVE_RUN_ID: '1-7-1-r1' } };
const surroundings = { path: '/usr/bin:/bin', programsPath: '/home/runs/1-7-1-r1/bin', outputPath: '/home/o' };
const node = dirname(process.execPath);

test('holds what is on the list and nothing of ours', () => {
  expect(agentEnvironment(request({}), start, surroundings)).toEqual({
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    PATH: `/home/runs/1-7-1-r1/bin:/usr/bin:/bin:${node}`,
    HOME: '/home/workspaces/1-7-1/home',
    TMPDIR: '/home/workspaces/1-7-1/tmp',
    REEVE_OUTPUT: '/home/o',
    REEVE_RUN_ID: '1-7-1-r1',
  });
});

test('the operator adds, but cannot change what a run is told about itself', () => {
  const added = {
    MODEL_KEY: 'k',
    TZ: 'Europe/Berlin',
    PATH: '/opt/bin',
    HOME: '/root',
    REEVE_RUN_ID: 'other',
    REEVE_OUTPUT: '/x',
  };
  expect(agentEnvironment(request(added), start, surroundings)).toMatchObject({
    MODEL_KEY: 'k',
    TZ: 'Europe/Berlin',
    PATH: `/home/runs/1-7-1-r1/bin:/opt/bin:${node}`,
    HOME: '/home/workspaces/1-7-1/home',
    REEVE_RUN_ID: '1-7-1-r1',
    REEVE_OUTPUT: '/home/o',
  });
});
