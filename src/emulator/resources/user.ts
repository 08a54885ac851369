import type { Role, User } from '../state/people.ts';
import { isAtLeast } from '../state/people.ts';
import { instant, type Json } from './json.ts';

/** `simple-user`. */
export function renderUser(url: string, user: User): Json {
  const login = encodeURIComponent(user.login); // the bot of an App has brackets in its login
  const api = `${url}/users/${login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: user.nodeId,
    avatar_url: `${url}/avatars/${user.id}`,
    gravatar_id: '',
    url: api,
    html_url: user.type === 'Bot' ? `${url}/apps/${user.login.replace(/\[bot\]$/, '')}` : `${url}/${login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

export const renderUserOrNull = (url: string, user: User | null): Json | null =>
  user === null ? null : renderUser(url, user);

/** `public-user`: the profile. */
export function renderProfile(url: string, user: User): Json {
  return {
    ...renderUser(url, user),
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: instant(user.createdAt),
    updated_at: instant(user.createdAt),
  };
}

/** `collaborator`: a user with a role. */
export function renderCollaborator(url: string, user: User, role: Role): Json {
  return { ...renderUser(url, user), permissions: renderRights(role), role_name: role };
}

/** The five yes-or-no rights that a role gives. */
export function renderRights(role: Role): Json {
  return {
    admin: isAtLeast(role, 'admin'),
    maintain: isAtLeast(role, 'maintain'),
    push: isAtLeast(role, 'write'),
    triage: isAtLeast(role, 'triage'),
    pull: isAtLeast(role, 'read'),
  };
}
