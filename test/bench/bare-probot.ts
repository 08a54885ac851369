// What Reeve's intake is measured against: Probot with its own middleware and one handler that does nothing. It stores
// nothing. A program of its own, as the server is; it prints its URL.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createNodeMiddleware, Probot } from 'probot';

const { PRIVATE_KEY: privateKey = '', WEBHOOK_SECRET: secret = '' } = process.env;
const probot = new Probot({ appId: 1, privateKey, secret, logLevel: 'info' });
const middleware = await createNodeMiddleware((app) => app.on('issues.labeled', () => {}), {
  probot,
  webhooksPath: '/api/github/webhooks',
});
const server = createServer((request, response) => void middleware(request, response));
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })}\n`);
});
