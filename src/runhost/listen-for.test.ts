import { expect, onTestFinished, test } from 'vitest';

import { listenFor } from './listen-for.ts';

test('a connection that cannot be taken ends nothing', async () => {
  const server = await listenFor({ serve() {}, end() {} }, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => void server.close());
  // What Node says when the process has no files left for one more.
  expect(server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))).toBe(true);
});
