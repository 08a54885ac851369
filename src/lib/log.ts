import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * The server's log: one JSON object per line on stderr (stdout belongs to `--json` documents).
 * Fields that could carry a secret are cut out wherever they appear.
 */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'token',
          '*.token',
          'authorization',
          '*.authorization',
          'headers',
          '*.headers',
          'privateKey',
          'webhookSecret',
        ],
        censor: '[redacted]',
      },
    },
    destination({ fd: 2, sync: false }),
  );
}
