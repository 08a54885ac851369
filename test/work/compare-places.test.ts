import { expect, test } from 'vitest';

import { openCompared } from '../compared.ts';
import { REPO } from '../ports.ts';

test('a list that was read before a rename takes no name back', async () => {
  const { control, ports, repository, compare, store } = await openCompared();
  const listed = await ports.github.repositoriesOf(repository.installationId);
  await control.act({ as: 'acme', repo: REPO, do: 'rename-repository', name: 'store' });
  await compare();
  expect(await store.repositories.get(repository.id)).toMatchObject({ name: 'store' });
  await compare({ ...ports, github: { ...ports.github, repositoriesOf: async () => listed } });
  expect(await store.repositories.get(repository.id)).toMatchObject({ name: 'store' });
});

test('a repository that is under another installation now is under another authority: its work ends', async () => {
  const { control, person, emulator, compare, round, last, repository } = await openCompared();
  await person.labels(1);
  await round();
  await control.addRepository({ owner: 'zoo', name: 'cage', collaborators: { mona: 'write' }, installed: false });
  await control.act({ as: 'zoo', repo: 'zoo/cage', do: 'install', all: true });
  await control.act({ as: 'acme', repo: REPO, do: 'transfer-repository', to: 'zoo' });
  await emulator.settled();
  await compare();
  expect(await last()).toMatchObject({ repositoryId: repository.id, state: 'stopped', why: 'repository-transferred' });
});
