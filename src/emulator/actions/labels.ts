import { countCharacters } from '../characters.ts';
import { invalid } from '../errors.ts';
import type { Hub } from '../hub.ts';
import { renderLabel } from '../resources/label.ts';
import { nodeId } from '../state/ids.ts';
import type { User } from '../state/people.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import type { Label } from '../state/threads.ts';
import { emit } from '../webhooks/emit.ts';

const NAME_CHARACTERS_MAX = 50;
const DESCRIPTION_CHARACTERS_MAX = 100;
const DEFAULT_COLOR = 'ededed';

export type LabelFields = {
  readonly name: string;
  readonly color?: string | undefined;
  readonly description?: string | null | undefined;
};

/** A new label; 422 when the name is taken or too long. */
export function createLabel(hub: Hub, sender: User, repository: Repository, fields: LabelFields): Label {
  checkFields(fields);
  if (repository.labels.has(fields.name.toLowerCase())) throw invalid('Label', 'name', 'already_exists');
  const label = addLabel(hub, repository, fields);
  emitLabel(hub, { action: 'created', repository, sender, label });
  return label;
}

/** The label of that name, made when there is none, as adding an unknown label to an issue does. */
export function ensureLabel(hub: Hub, sender: User, repository: Repository, name: string): Label {
  return repository.labels.get(name.toLowerCase()) ?? createLabel(hub, sender, repository, { name });
}

/** The label without any event: for seeds. */
export function addLabel(hub: Hub, repository: Repository, { name, color, description }: LabelFields): Label {
  const id = hub.state.nextId();
  const label: Label = {
    id,
    nodeId: nodeId('Label', id),
    name,
    color: color ?? DEFAULT_COLOR,
    description: description ?? null,
    isDefault: false,
  };
  repository.labels.set(name.toLowerCase(), label);
  return label;
}

type LabelChange = {
  readonly name?: string | undefined;
  readonly color?: string | undefined;
  readonly description?: string | undefined;
};

type LabelInPlace = { readonly repository: Repository; readonly label: Label };

/** Renames, recolours or describes a label; the issues that have it go on having it. */
export function editLabel(hub: Hub, sender: User, { repository, label }: LabelInPlace, change: LabelChange): void {
  checkFields({ name: change.name ?? label.name, color: change.color, description: change.description });
  const before = { name: label.name, color: label.color, description: label.description };
  if (change.name !== undefined && change.name !== label.name) {
    const holder = repository.labels.get(change.name.toLowerCase());
    if (holder !== undefined && holder !== label) throw invalid('Label', 'name', 'already_exists');
    repository.labels.delete(label.name.toLowerCase());
    label.name = change.name;
    repository.labels.set(change.name.toLowerCase(), label);
  }
  label.color = change.color ?? label.color;
  label.description = change.description ?? label.description;
  const changes = {
    ...(before.name !== label.name && { name: { from: before.name } }),
    ...(before.color !== label.color && { color: { from: before.color } }),
    ...(before.description !== label.description && { description: { from: before.description } }),
  };
  emitLabel(hub, { action: 'edited', repository, sender, label, changes });
}

/** Takes a label away from the repository and from every issue. */
export function deleteLabel(hub: Hub, sender: User, repository: Repository, label: Label): void {
  repository.labels.delete(label.name.toLowerCase());
  for (const issue of repository.issues.values()) issue.labels = issue.labels.filter((each) => each !== label);
  emitLabel(hub, { action: 'deleted', repository, sender, label });
}

function checkFields({ name, color, description }: LabelFields): void {
  if (name.trim() === '') throw invalid('Label', 'name', 'missing_field');
  if (countCharacters(name) > NAME_CHARACTERS_MAX) {
    throw invalid('Label', 'name', 'custom', `name is too long (maximum is ${NAME_CHARACTERS_MAX} characters)`);
  }
  if (color !== undefined && !/^[0-9a-fA-F]{6}$/.test(color)) throw invalid('Label', 'color', 'invalid');
  if (description && countCharacters(description) > DESCRIPTION_CHARACTERS_MAX) {
    const message = `description is too long (maximum is ${DESCRIPTION_CHARACTERS_MAX} characters)`;
    throw invalid('Label', 'description', 'custom', message);
  }
}

type LabelEvent = {
  readonly action: string;
  readonly repository: Repository;
  readonly sender: User;
  readonly label: Label;
  readonly changes?: unknown;
};

function emitLabel(hub: Hub, { action, repository, sender, label, changes }: LabelEvent): void {
  const payload = {
    label: renderLabel(`${hub.url}/repos/${fullName(repository)}`, label),
    ...(changes !== undefined && { changes }),
  };
  emit(hub, { event: 'label', action, repository, sender, payload });
}
