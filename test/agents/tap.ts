import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before a model and keeps what it is asked, as it is asked: aimock leaves out what it does not need to know. */
export type Tap = {
  readonly url: string;
  bodies(): readonly string[];
  /** Forgets what was asked so far. */
  clear(): void;
  close(): void;
};

export async function openTap(target: string): Promise<Tap> {
  let bodies: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      bodies.push(body.toString('utf8'));
      const headers = { ...incoming.headers, host: new URL(target).host };
      const passed = ask(`${target}${incoming.url}`, { method: incoming.method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on('error', () => outgoing.destroy());
      outgoing.on('close', () => passed.destroy());
      passed.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies: () => bodies,
    clear() {
      bodies = [];
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
