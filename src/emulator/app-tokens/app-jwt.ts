import { verify, type KeyObject } from 'node:crypto';

import { z } from 'zod';

export type JwtRefusal = { readonly kind: 'refused'; readonly status: 401 | 404; readonly message: string };

/** GitHub takes JWTs of at most ten minutes. */
const lifetimeSecondsMax = 600;
/** Clocks of callers may be off by this much in either direction. */
const skewSecondsMax = 60;

const headerSchema = z.object({ alg: z.literal('RS256') });
const claimsSchema = z.object({
  iss: z.union([z.string().min(1), z.number().int()]).transform(String),
  iat: z.number().optional(),
  exp: z.number().optional(),
});

/**
 * Judges an App's JWT (RS256, issued by an App id or client id, at most ten minutes long) in the order and words of GitHub.
 * `keyOf` gives the key of an issuer or null; `now` in epoch ms.
 */
export function parseAppJwt(
  jwt: string,
  keyOf: (issuer: string) => KeyObject | null,
  now: number,
): { readonly kind: 'valid'; readonly issuer: string } | JwtRefusal {
  const parts = jwt.split('.');
  const [head = '', body = '', signature = ''] = parts;
  const header = headerSchema.safeParse(decode(head));
  const claims = claimsSchema.safeParse(decode(body));
  if (parts.length !== 3 || !header.success) return refused('A JSON web token could not be decoded');
  if (!claims.success) return refused("Missing 'issuer' claim ('iss') in assertion");
  const { iss, iat, exp } = claims.data;
  const key = keyOf(iss);
  if (!key) return { kind: 'refused', status: 404, message: 'Integration not found' };
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
    return refused('A JSON web token could not be decoded');
  }
  return timesRefusal({ iat, exp }, now / 1000) ?? { kind: 'valid', issuer: iss };
}

function timesRefusal(
  { iat, exp }: { iat: number | undefined; exp: number | undefined },
  seconds: number,
): JwtRefusal | null {
  if (iat === undefined || iat > seconds + skewSecondsMax) {
    return refused("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  }
  if (exp === undefined || exp <= seconds) {
    return refused(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > seconds + lifetimeSecondsMax + skewSecondsMax || exp - iat > lifetimeSecondsMax + skewSecondsMax) {
    return refused("'Expiration time' claim ('exp') is too far in the future");
  }
  return null;
}

function refused(message: string): JwtRefusal {
  return { kind: 'refused', status: 401, message };
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
