import { createHmac, timingSafeEqual, type Hmac } from 'node:crypto';

/** Checks the signature of one body as it comes, over its raw bytes. */
export type SignatureCheck = {
  readonly hear: (chunk: Uint8Array) => void;
  /** Asked once, after the last chunk. In constant time. */
  readonly isRight: () => boolean;
};

const SIGNATURE = /^sha256=[0-9a-f]{64}$/;
const SIGNATURE_PREFIX = 'sha256=';

/** What GitHub's header `x-hub-signature-256` always looks like. */
export const isSignature = (text: unknown): text is string => typeof text === 'string' && SIGNATURE.test(text);

/** Any of the secrets may have signed it. The hash grows with the body, so a large one never holds up others at its end. */
export function createSignatureCheck(secrets: readonly string[], signature: string): SignatureCheck {
  const claimed = Buffer.from(signature.slice(SIGNATURE_PREFIX.length), 'hex');
  const hashes: readonly Hmac[] = secrets.map((secret) => createHmac('sha256', secret));
  return {
    hear: (chunk) => hashes.forEach((hash) => hash.update(chunk)),
    isRight: () => hashes.map((hash) => timingSafeEqual(hash.digest(), claimed)).includes(true),
  };
}
