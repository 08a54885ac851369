import { expect, test } from 'vitest';

import { runCli, startCli } from '../reeve/cli.ts';
import { REPO, startReeve } from '../reeve.ts';

/** Asks when the issue says "unsure"; else prints, waits for a sign, prints something hostile, and works. */
const AGENT = `
  if grep -q unsure "$REEVE_PROMPT_FILE" && [ "$REEVE_RESUME" = 0 ]; then
    echo 'I have to ask.'
    exec reeve-agent ask 'Which colour?' --option red --option blue
  fi
  echo 'The run begins.'
  while [ ! -e "$TMPDIR/sign" ]; do sleep 0.05; done
  echo 'The run ends.'
  echo blue > "work-$$.txt"
`;

test('an operator submits, looks, attaches, answers and stops, with and without a server', async () => {
  const issues = [{ title: 'Say hello' }, { title: 'Say what', body: 'I am unsure.' }];
  const reeve = await startReeve({ agent: ['sh', '-c', AGENT], issues });
  const { ada, until } = reeve;
  const cli = (...args: string[]) => runCli(reeve, ...args);
  await ada.labels(2);
  const asked = await until(() => reeve.questions(2)[0], 'a question');
  expect(asked.body).toContain('Which colour?');

  // The question.
  const waiting = await cli('wait', `${REPO}#2`, '--json');
  expect({ exitCode: waiting.exitCode, complained: waiting.complained }).toEqual({ exitCode: 20, complained: '' });
  const { id, ...seen } = JSON.parse(waiting.said) as Record<string, unknown> & { id: string };
  expect(seen).toMatchObject({ issue: `${REPO}#2`, state: 'waiting', outcome: 'input-needed', isTimeout: false });
  const status = await cli('status', id);
  expect(status.exitCode).toBe(20);
  expect(status.said).toContain(`    a  red\n    b  blue\n  reeve answer ${id} "…"`);
  expect(await cli('answer', id, 'z')).toMatchObject({
    exitCode: 1,
    said: '',
    complained: 'The question has 2 options.\n',
  });
  expect(await cli('answer', id, 'b')).toMatchObject({ exitCode: 0, complained: '' });
  await until(() => reeve.questions(2)[0]?.body.includes('Answered by an operator of this server:'), 'the answer');

  // The run, before and after the server is killed.
  const first = startCli(reeve, 'attach', id, '--from', '0');
  await until(() => first.said().includes('The run begins.'), 'the first terminal to show the run');
  await reeve.kill9();
  const second = startCli(reeve, 'attach', id);
  const waits = startCli(reeve, 'wait', id);
  await until(() => second.said().includes('The run begins.'), 'the second terminal to show the run');
  expect((await cli('status', id)).exitCode).toBe(10);
  const impatient = await cli('wait', id, '--timeout', '0.2');
  expect(impatient.exitCode).toBe(10);
  expect(impatient.complained).toBe('Still so after 0.2 s. Nothing was cancelled; the work goes on.\n');
  first.interrupt();
  expect((await first.end()).exitCode).toBe(10);

  // A command while no server runs.
  const submitted = await cli('submit', `${REPO}#1`);
  expect(submitted).toMatchObject({ exitCode: 0, complained: '' });
  const other = submitted.said.trim();
  expect(await cli('submit', `${REPO}#1`)).toEqual(submitted);
  expect((await cli('status', other)).said).toContain('Submitted: waits for a server to hear of it');
  expect((await cli('submit', 'nobody/nothing#1')).complained).toMatch(
    /^This server knows no repository nobody\/nothing: /,
  );
  reeve.giveSign();
  await until(() => second.said().includes('The run ends.'), 'the run to end without a server');
  expect([second.isRunning(), waits.isRunning()]).toEqual([true, true]);

  await reeve.restart();
  const shown = await second.end();
  expect(shown.exitCode).toBe(10);
  expect(shown.complained).toMatch(/Ready for review: waits for a merge of #\d+ · session \S+\n$/);
  const pull = await until(() => reeve.pull(2), 'the pull request');
  expect(waits.isRunning()).toBe(true);
  await ada.marksReady(pull.number);
  await ada.merges(pull.number);
  expect(await waits.end()).toEqual({ exitCode: 0, said: `${REPO}#2 · Merged · session ${id}\n`, complained: '' });

  // What was submitted is at work, as the session that was named; another operator stops it.
  const begun = startCli(reeve, 'attach', other);
  await until(() => begun.said().includes('The run begins.'), 'the submitted work to be at work');
  expect(await cli('stop', other)).toMatchObject({
    exitCode: 0,
    said: `${REPO}#1: stop was heard (session ${other}).\n`,
  });
  expect((await begun.end()).exitCode).toBe(40);
  await until(() => reeve.card(1).includes('The work was stopped by an operator of this server.'), 'the card');
  expect((await cli('stop', other)).complained).toBe('There is nothing to stop: the work on this issue has ended.\n');
  const table = (await cli('status')).said;
  expect(table).toMatch(/^Sessions: 1 completed lately · 1 failed or stopped lately\n/);
  expect(table).toContain(`  Stopped  `);

  // What has ended goes on as another session, which is the one that is named.
  const again = JSON.parse((await cli('retry', other, '--json')).said) as { session: string; outcome: string };
  expect(again).toMatchObject({ outcome: 'obeyed', session: other.replace(/-1$/, '-2') });
  expect((await cli('status', again.session)).exitCode).toBe(10);
  expect((await cli('stop', again.session)).said).toBe(`${REPO}#1: stop was heard (session ${again.session}).\n`);
  await until(() => reeve.processes().length === 0, 'the agent to be gone');
}, 180_000); // it starts the server twice, and the command line more than a dozen times
