import { randomBytes, randomInt } from 'node:crypto';

export type UserTokenPrefix = 'ghp_' | 'ghu_';

type Claims = { readonly appId: number; readonly installationId: number; readonly expiresAt: number };

/**
 * An installation token in GitHub's stateless form, `ghs_APPID_` and three dotted parts, about 520 characters: programs that expect the
 * old 40 must fail here and not on GitHub. It is believed because it is stored, not because of what it says.
 */
export function installationTokenText({ appId, installationId, expiresAt }: Claims): string {
  const header = part({ alg: 'ES256', typ: 'JWT', kid: randomBytes(8).toString('hex') });
  const claims = part({
    iss: 'github.com',
    aud: 'api.github.com',
    sub: `installation:${installationId}`,
    exp: Math.floor(expiresAt / 1000),
    jti: randomBytes(jtiBytes).toString('hex'),
  });
  return `ghs_${appId}_${header}.${claims}.${randomBytes(signatureBytes).toString('base64url')}`;
}

/** As long as GitHub's old tokens: the prefix and 36 letters and digits. */
export function userTokenText(prefix: UserTokenPrefix): string {
  return prefix + Array.from({ length: 36 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

const jtiBytes = 76; // brings the whole to about 520 characters
const signatureBytes = 64; // of ES256
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
