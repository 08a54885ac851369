import type { Hub } from '../hub.ts';
import { renderInstallation } from '../resources/app.ts';
import { renderRepositoryName } from '../resources/repository.ts';
import { renderUser } from '../resources/user.ts';
import type { Installation, User } from '../state/people.ts';
import type { Repository } from '../state/repositories.ts';
import { repositoriesOf } from '../state.ts';
import { emitToApp } from './emit.ts';

type InstallationEvent = {
  readonly action: 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted';
  readonly sender: User;
};

/** `installation`: every App hears of its own, asked or not. */
export function emitInstallation(hub: Hub, installation: Installation, { action, sender }: InstallationEvent): void {
  emitToApp(hub, installation, {
    event: 'installation',
    action,
    repositoryId: null,
    payload: {
      action,
      installation: renderInstallation(hub.url, installation),
      ...(action !== 'suspend' &&
        action !== 'unsuspend' && { repositories: repositoriesOf(hub.state, installation).map(renderRepositoryName) }),
      sender: renderUser(hub.url, sender),
    },
  });
}

type SelectionEvent = {
  readonly added: readonly Repository[];
  readonly removed: readonly Repository[];
  readonly sender: User;
};

/** `installation_repositories`: repositories came under the installation, or left it. */
export function emitSelection(hub: Hub, installation: Installation, { added, removed, sender }: SelectionEvent): void {
  const action = added.length > 0 ? 'added' : 'removed';
  emitToApp(hub, installation, {
    event: 'installation_repositories',
    action,
    repositoryId: null,
    payload: {
      action,
      installation: renderInstallation(hub.url, installation),
      repository_selection: installation.repositoryIds === null ? 'all' : 'selected',
      repositories_added: added.map(renderRepositoryName),
      repositories_removed: removed.map(renderRepositoryName),
      requester: null,
      sender: renderUser(hub.url, sender),
    },
  });
}
