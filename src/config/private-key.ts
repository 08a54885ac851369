import { createPrivateKey, type KeyObject } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

import { messageOf } from '../lib/errors.ts';
import { Mistake, parser } from './parsers.ts';

const KEY_FILE_BYTES_MAX = 65_536; // a key of 16,384 bits takes 13 KB
const KEY_BITS_MIN = 2048; // less is not accepted for RS256, and GitHub makes none

/** An RSA private key as PEM (PKCS#8): from PEM, from PEM with `\n` for its line breaks, or from the base64 of PEM. */
export const pem = parser((text) => {
  const unfolded = text.replaceAll('\\n', '\n');
  const key = unfolded.includes('-----BEGIN') ? unfolded : Buffer.from(text, 'base64').toString('utf8');
  return readPem(key, 'is not an RSA private key in PEM form, nor the base64 of one');
});

/** The same from a file, which nobody but its owner may be able to read. */
export function readKeyFile(path: string): string {
  let descriptor: number;
  try {
    // Without waiting: a pipe without a writer would hold the start up for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new Mistake(`names a file that cannot be read (${messageOf(error)}); correct the path or its owner`);
  }
  try {
    const { mode, size } = fstatSync(descriptor);
    if ((mode & 0o170_000) !== 0o100_000) throw new Mistake('names something that is not a file; name the PEM file');
    if ((mode & 0o077) !== 0) {
      throw new Mistake(`names a file that others than its owner may read; run \`chmod 600 ${path}\``);
    }
    if (size > KEY_FILE_BYTES_MAX) throw new Mistake('names a file that is too large to be a key; name the PEM file');
    return readPem(readFileSync(descriptor, 'utf8'), 'names a file that is not an RSA private key in PEM form');
  } finally {
    closeSync(descriptor);
  }
}

function readPem(text: string, complaint: string): string {
  let key: KeyObject;
  try {
    key = createPrivateKey(text.trim());
  } catch {
    throw new Mistake(`${complaint}; use the .pem file that GitHub made for the App`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < KEY_BITS_MIN) {
    throw new Mistake(
      `${complaint} with at least ${KEY_BITS_MIN} bits; use the .pem file that GitHub made for the App`,
    );
  }
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
