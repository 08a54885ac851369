import { expect, onTestFinished, test } from 'vitest';

import { startScriptedModel, type ScriptedModel } from './scripted-model.ts';
import { ASKING, QUICK } from './seed.ts';
import { workOn } from './work.ts';

const KEY = 'a-key-of-this-test';
const prompt = (issue: number, rest = '') => ({ role: 'user', content: `The work is issue #${issue} of it. ${rest}` });
const tools = [{ type: 'function', function: { name: 'bash', parameters: { type: 'object' } } }];

async function model(): Promise<ScriptedModel> {
  const started = await startScriptedModel('opencode', KEY);
  onTestFinished(() => started.close());
  return started;
}

function ask(
  { url }: ScriptedModel,
  messages: readonly object[],
  { key = KEY, ...rest }: Record<string, unknown> = {},
) {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(key)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'scripted-model', messages, tools, ...rest }),
  });
}

const call = { id: 'c1', type: 'function', function: { name: 'reeve_progress', arguments: '{}' } };
const done = [
  { role: 'assistant', content: null, tool_calls: [call] },
  { role: 'tool', tool_call_id: 'c1', content: 'Noted.' },
];

test('answers with the call that is next, and with what it used', async () => {
  const answer = await (await ask(await model(), [prompt(ASKING), ...done])).json();
  expect(answer).toMatchObject({
    choices: [{ message: { tool_calls: [{ function: { name: 'reeve_ask' } }] } }],
    usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) },
  });
});

test('is asked with its key alone', async () => {
  expect((await ask(await model(), [prompt(ASKING)], { key: 'another' })).status).toBe(401);
});

test('gives a word to what is asked beside the work', async () => {
  const answer = await (await ask(await model(), [prompt(QUICK)], { tools: [] })).json();
  expect(answer).toMatchObject({ choices: [{ message: { content: 'An issue of tide' } }] });
});

test('remembers by what a request holds, and nothing before the answer came', async () => {
  const one = await model();
  await ask(one, [prompt(ASKING)]);
  expect(one.remembers()).toBeNull();
  const before = { role: 'assistant', content: workOn(ASKING, false)?.opening };
  await ask(one, [prompt(ASKING), before, prompt(ASKING, 'You asked and a person answered it.')]);
  expect(one.remembers()).toBe(true);
});

test('the last word on the quick issue waits until the story goes on', async () => {
  const one = await model();
  const steps = workOn(QUICK, false)?.steps ?? [];
  const reads = steps.filter(({ kind }) => kind === 'edit').length; // before each edit it reads the file
  const messages = [prompt(QUICK), ...Array.from({ length: steps.length - 1 + reads }, () => done).flat()];
  let isAnswered = false;
  const answer = ask(one, messages).then((response) => {
    isAnswered = true;
    return response.json();
  });
  await ask(one, [prompt(ASKING)]); // meanwhile others are answered
  expect(isAnswered).toBe(false);
  one.goOn();
  expect(await answer).toMatchObject({
    choices: [{ message: { tool_calls: [{ function: { name: 'reeve_result' } }] } }],
  });
});
