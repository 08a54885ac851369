import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { sandboxArgv } from '../../src/domain/run/sandbox.ts';
import { createModelProxy, type ModelRequest } from '../../src/runhost/model-proxy.ts';
import { done, inTurn, isFailure, run, type Case } from './case.ts';
import type { Stage } from './stage.ts';

const TOKENS_MAX = 150; // one answer of the scripted model uses 110: the second one is the last
const ASKED_MAX = 8; // two answers, and what a program tries again by itself

const stopsAtBudget: Case = {
  title: 'reaches its model by the proxy of its run, knows no key, and gets no further when the tokens are used up',
  capability: 'budget',
  async play(stage) {
    stage.model.follow((turn) => run(`env > env-${turn}`));
    const asked: ModelRequest[] = [];
    const server = createModelProxy({
      ...{ provider: stage.subject.provider, upstream: stage.model.url, key: 'THE-KEY', bearer: 'THE-BEARER' },
      ...{ price: null, tokensMax: TOKENS_MAX, costMicroUsdMax: null, used: { tokens: 0, costMicroUsd: 0 } },
      onAsked: (request) => asked.push(request),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const played = stage.play({ access: { url: `http://127.0.0.1:${port}`, bearer: 'THE-BEARER' } });
      const end = await played.finish();
      assert.ok(isFailure(end), 'it called itself done');
      assert.ok(asked.some(({ status }) => status === 402));
      const answered = asked.filter(({ status }) => status === 200).length;
      assert.ok(answered >= 1 && answered <= ASKED_MAX, `it was answered ${answered} times`);
      assert.ok(existsSync(join(stage.repoPath, 'env-0')));
      assert.doesNotMatch(readFileSync(join(stage.repoPath, 'env-0'), 'utf8'), /THE-KEY/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
};

const staysInSandbox: Case = {
  title: 'works in the sandbox: it changes its repository and nothing beside it',
  capability: 'sandbox',
  async play(stage) {
    const outside = join(stage.path, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), 'SECRET');
    stage.model.follow(inTurn(run(`touch inside; touch ${outside}/touched; cat ${outside}/secret > copied`), done));
    const played = stage.play({ within: (argv) => sandboxed(stage, outside, argv) });
    assert.deepEqual(await played.finish(), { kind: 'success' });
    assert.equal(existsSync(join(stage.repoPath, 'inside')), true);
    assert.equal(existsSync(join(outside, 'touched')), false);
    assert.doesNotMatch(readFileSync(join(stage.repoPath, 'copied'), 'utf8'), /SECRET/);
  },
};

function sandboxed({ path }: Stage, outside: string, argv: Parameters<typeof sandboxArgv>[1]) {
  const view = {
    ...{ workingDirectory: join(path, 'repo'), hasNetwork: true, emptyDirectories: [], hiddenFiles: [] },
    ...{ hiddenDirectories: [outside], readablePaths: [join(path, 'files')] },
    writablePaths: ['repo', 'home', 'tmp'].map((name) => join(path, name)),
  };
  return sandboxArgv('bwrap', argv, view, process.getuid?.() === 0);
}

/** What Reeve keeps from an agent. */
export const withheldCases: Readonly<Record<string, Case>> = { budget: stopsAtBudget, sandbox: staysInSandbox };
