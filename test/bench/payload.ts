import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const SECRET = '6f1d0c9b7a5e4832b1c0d9e8f7a6b5c4d3e2f1a0';

type Examples = readonly { readonly name: string; readonly examples: readonly { readonly action?: string }[] }[];

/** GitHub's own example of `issues.labeled`, about 11 KB. */
export function examplePayload(): Buffer {
  const path = resolve('node_modules/@octokit/webhooks-examples/api.github.com/index.json');
  const kinds = JSON.parse(readFileSync(path, 'utf8')) as Examples;
  const example = kinds.find(({ name }) => name === 'issues')?.examples.find(({ action }) => action === 'labeled');
  if (example === undefined) throw new Error('The package of examples has no issues.labeled.');
  return Buffer.from(JSON.stringify(example));
}

export const sign = (body: Uint8Array): string => `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;

const ID_DIGITS = 12;

/** The bytes of a request whose delivery id ends in 12 digits that `number` writes, so that nothing is built while measuring. */
export function createRequest(body: Buffer, idPrefix: string) {
  const head =
    'POST /api/github/webhooks HTTP/1.1\r\nHost: localhost\r\nUser-Agent: GitHub-Hookshot/044aadd\r\nAccept: */*\r\n' +
    `Content-Type: application/json\r\nX-GitHub-Event: issues\r\nX-GitHub-Hook-ID: 292430182\r\n` +
    `X-Hub-Signature-256: ${sign(body)}\r\nContent-Length: ${body.length}\r\nX-GitHub-Delivery: ${idPrefix}`;
  const bytes = Buffer.concat([Buffer.from(`${head}${'0'.repeat(ID_DIGITS)}\r\n\r\n`), body]);
  const number = (id: number): Buffer => {
    bytes.write(String(id).padStart(ID_DIGITS, '0'), head.length, 'latin1');
    return bytes;
  };
  return { number };
}

export const idOf = (idPrefix: string, id: number): string => `${idPrefix}${String(id).padStart(ID_DIGITS, '0')}`;
