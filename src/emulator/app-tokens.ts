import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import type { Clock } from '../lib/clock.ts';
import { parseAppJwt, type JwtRefusal } from './app-tokens/app-jwt.ts';
import { installationTokenText, userTokenText, type UserTokenPrefix } from './app-tokens/token-text.ts';

export type Permissions = Readonly<Record<string, 'read' | 'write' | 'admin'>>;

export type InstallationToken = {
  readonly kind: 'installation';
  readonly token: string;
  readonly appId: number;
  readonly installationId: number;
  readonly permissions: Permissions;
  /** The repositories that it is narrowed to, or null for all of the installation's. */
  readonly repositoryIds: readonly number[] | null;
  /** Epoch ms. */
  readonly expiresAt: number;
};

export type UserToken = { readonly kind: 'user'; readonly token: string; readonly login: string };

/** How GitHub answers a JWT: the App that it speaks for, or the status and message of the refusal. */
export type JwtVerdict = { readonly kind: 'app'; readonly appId: number } | JwtRefusal;

export type AppTokens = {
  /** Makes an App known by its private (or public) key in PEM; its JWTs are believed from now on. */
  registerApp(app: { readonly id: number; readonly clientId?: string; readonly key: string }): void;
  verifyAppJwt(jwt: string): JwtVerdict;
  mintInstallation(request: Omit<InstallationToken, 'kind' | 'token' | 'expiresAt'>): InstallationToken;
  /** A token to act as a person with: `ghp_` personal, `ghu_` through an App. Does not expire. */
  mintUser(login: string, prefix?: UserTokenPrefix): UserToken;
  /** Whose a token is; null when it is unknown, expired or revoked. */
  find(token: string): InstallationToken | UserToken | null;
  /** False when there was no such token. */
  revoke(token: string): boolean;
  /** After an installation is suspended or removed: none of its tokens works any more. */
  revokeInstallation(installationId: number): void;
};

const installationTokenMs = 60 * 60 * 1000; // GitHub's, fixed

/** Every credential that the emulator believes, judged by the given clock. */
export function createAppTokens(clock: Clock): AppTokens {
  const apps = new Map<string, { readonly id: number; readonly key: KeyObject }>();
  const tokens = new Map<string, InstallationToken | UserToken>();
  const isLive = (found: InstallationToken | UserToken): boolean => found.kind === 'user' || found.expiresAt > clock();

  const forget = (isOver: (found: InstallationToken) => boolean): void => {
    for (const found of tokens.values()) {
      if (found.kind === 'installation' && isOver(found)) tokens.delete(found.token);
    }
  };
  return {
    registerApp({ id, clientId, key }) {
      const app = { id, key: createPublicKey(key) };
      apps.set(String(id), app);
      if (clientId !== undefined) apps.set(clientId, app);
    },
    verifyAppJwt(jwt) {
      const parsed = parseAppJwt(jwt, (issuer) => apps.get(issuer)?.key ?? null, clock());
      if (parsed.kind === 'refused') return parsed;
      const app = apps.get(parsed.issuer);
      return app ? { kind: 'app', appId: app.id } : { kind: 'refused', status: 404, message: 'Integration not found' };
    },
    mintInstallation(request) {
      forget((found) => !isLive(found)); // keeps the table as small as what is valid
      const expiresAt = clock() + installationTokenMs;
      const token = installationTokenText({ ...request, expiresAt });
      const minted: InstallationToken = { ...request, kind: 'installation', token, expiresAt };
      tokens.set(token, minted);
      return minted;
    },
    mintUser(login, prefix = 'ghp_') {
      const minted: UserToken = { kind: 'user', token: userTokenText(prefix), login };
      tokens.set(minted.token, minted);
      return minted;
    },
    find(token) {
      const found = tokens.get(token);
      return found && isLive(found) ? found : null;
    },
    revoke: (token) => tokens.delete(token),
    revokeInstallation: (installationId) => forget((found) => found.installationId === installationId),
  };
}

/** A fresh RSA key for an App, in the form in which GitHub hands it out: a PKCS#1 PEM. */
export async function generateAppKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return privateKey;
}
