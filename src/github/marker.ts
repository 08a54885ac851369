import { createHmac, timingSafeEqual } from 'node:crypto';

/** Our hidden mark in a comment: says which slot the comment fills, and proves that we wrote so. */
export type Marker = {
  /** `<!-- reeve:KEY:HMAC -->`, where KEY is the slot in URL encoding. */
  readonly marker: (slot: string) => string;
  /** The slot of the first genuine marker in the text, or null. Believe it only in a comment by our own App. */
  readonly find: (body: string) => string | null;
};

const HMAC_HEX_CHARACTERS = 32; // 128 bits
const CANDIDATES_MAX = 20; // a body with more of them is not ours
const shape = /<!-- reeve:([A-Za-z0-9_.!~*'()%-]{1,500}):([0-9a-f]{32}) -->/g;

/** `key`: at least 32 random bytes, kept by the server for as long as its comments are to be recognized. */
export function createMarker(key: Buffer): Marker {
  const sign = (slot: string): string =>
    createHmac('sha256', key).update(`reeve-marker\0${slot}`).digest('hex').slice(0, HMAC_HEX_CHARACTERS);
  return {
    marker: (slot) => `<!-- reeve:${encode(slot)}:${sign(slot)} -->`,
    find(body) {
      for (const [, encoded = '', hmac = ''] of [...body.matchAll(shape)].slice(0, CANDIDATES_MAX)) {
        const slot = decode(encoded);
        if (slot !== null && timingSafeEqual(Buffer.from(sign(slot)), Buffer.from(hmac))) return slot;
      }
      return null;
    },
  };
}

/** Without `--`, which would end an HTML comment for some readers. */
function encode(slot: string): string {
  return encodeURIComponent(slot).replaceAll('--', '-%2D').replace(/-$/, '%2D');
}

function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null; // not written by us
  }
}
