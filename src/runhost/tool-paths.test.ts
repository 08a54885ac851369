import { expect, test } from 'vitest';

import { toolPaths } from './tool-paths.ts';

test('shows what PATH names in a home and the libraries beside it, and nothing else of the home', () => {
  const path = '/usr/bin:/home/ada/.npm/bin:/home/ada/bin:relative:/home/ada:/root/x/../y/bin';
  const shown = toolPaths(path, '/home/ada').filter((one) => !/\/\.(?!npm)|\/go\//.test(one));
  expect(shown).toEqual(['/home/ada/.npm/bin', '/home/ada/bin', '/root/y/bin', '/home/ada/.npm/lib', '/root/y/lib']);
});

test('knows where version managers keep their versions', () => {
  expect(toolPaths('/usr/bin', '/home/ada')).toContain('/home/ada/.nvm/versions');
});
