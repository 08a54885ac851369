import { expect, test } from 'vitest';

import { pathList } from './parsers.ts';

test('paths are absolute, and taken once', () => {
  expect(pathList.parse('/opt/a:/home/ada/tools/:/opt/b/../a')).toEqual(['/opt/a', '/home/ada/tools']);
  expect(pathList.parse('')).toEqual([]);
});

test.each(['relative', '~/tools', '/', '/home', '/home/ada', '/home/ada/', '/root', '/tmp', '/run', '/opt/..'])(
  '%s would show nothing, or too much',
  (text) => {
    expect(pathList.safeParse(text).success).toBe(false);
  },
);
