import { expect, test } from 'vitest';

import { playStory, REQUESTS_MAX } from '../bench/story.ts';

test('one quiet story costs few requests, and none of them is asked in vain', async () => {
  const requests = await playStory();
  const told = requests.map(({ method, path, status }) => `${method} ${path} ${status}`);
  expect(told.length > REQUESTS_MAX ? told : []).toEqual([]); // a failure shows them all
  expect(requests.filter(({ status, problems }) => status >= 400 || problems.length > 0)).toEqual([]);
});
