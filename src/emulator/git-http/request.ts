export type GitPath = {
  readonly owner: string;
  readonly repo: string;
  /** What follows the repository: 'info/refs', 'git-upload-pack' or 'git-receive-pack'. */
  readonly rest: string;
  readonly query: string;
  readonly isPush: boolean;
};

/** The parts of a smart-HTTP URL, with or without '.git'; null for every other path. */
export function parseGitPath(url: string): GitPath | null {
  const [path = '', query = ''] = url.split('?', 2);
  const found = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path);
  const [, owner = '', repo = '', rest = ''] = found ?? [];
  if (!found || owner.startsWith('.') || repo === '.' || repo === '..') return null;
  const service = rest === 'info/refs' ? new URLSearchParams(query).get('service') : rest;
  return { owner, repo, rest, query, isPush: service === 'git-receive-pack' };
}

/** The token of an Authorization header: Basic with the token as password (or alone, as user name), or Bearer. */
export function tokenOf(authorization: string | undefined): string | null {
  const [scheme = '', value = ''] = (authorization ?? '').split(' ', 2);
  if (value === '') return null;
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  const [user = '', ...password] = Buffer.from(value, 'base64').toString('utf8').split(':');
  const secret = password.join(':');
  const token = secret === '' || secret === 'x-oauth-basic' ? user : secret;
  return token === '' ? null : token;
}
