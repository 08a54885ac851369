import { startApp } from '../../dist/app.js';
import { readServerConfig } from '../../dist/config/server-config.js';
import { UserError } from '../../dist/lib/errors.js';
import { createLog } from '../../dist/lib/log.js';

try {
  const config = readServerConfig(process.env);
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME };
  const app = await startApp({ config, log: createLog(config.logLevel), now: Date.now, environment });
  process.on('SIGTERM', async () => {
    await app.stop();
    process.exit(0);
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
