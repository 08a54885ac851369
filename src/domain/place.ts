import { unreachable } from '../lib/never.ts';

/**
 * Somewhere on GitHub that work stands in, by its numeric ids: names change. While one of the places around an issue is
 * closed, no work is done on it and nothing is written there.
 */
export type Place =
  | { readonly kind: 'installation'; readonly installationId: number }
  /** A repository as one installation reaches it; under another one it may be open. */
  | { readonly kind: 'selection'; readonly installationId: number; readonly repositoryId: number }
  | { readonly kind: 'repository'; readonly repositoryId: number }
  | { readonly kind: 'issue'; readonly repositoryId: number; readonly issueNumber: number };

/** Why a place is closed. docs/ends.md says what follows from each. */
export const closureReasons = [
  'app-suspended',
  'app-uninstalled',
  'repository-out-of-reach', // taken out of the installation, or gone without a word
  'repository-transferred',
  'repository-deleted',
  'repository-archived',
  'issue-transferred',
  'issue-deleted',
  'issue-locked',
] as const;
export type ClosureReason = (typeof closureReasons)[number];

/** Whether something is the closing of a place, among other reasons for an end. */
export function isClosure(why: string): why is ClosureReason {
  return (closureReasons as readonly string[]).includes(why);
}

/** The same place always has the same key. */
export function placeKeyOf(place: Place): string {
  switch (place.kind) {
    case 'installation':
      return `installation:${place.installationId}`;
    case 'selection':
      return `selection:${place.installationId}/${place.repositoryId}`;
    case 'repository':
      return `repository:${place.repositoryId}`;
    case 'issue':
      return `issue:${place.repositoryId}/${place.issueNumber}`;
    default:
      return unreachable(place);
  }
}

/** Every place around a repository or, with `issueNumber`, an issue: the widest first. */
export function placesAround(
  { id, installationId }: { readonly id: number; readonly installationId: number },
  issueNumber: number | null,
): readonly Place[] {
  return [
    { kind: 'installation', installationId },
    { kind: 'selection', installationId, repositoryId: id },
    { kind: 'repository', repositoryId: id },
    ...(issueNumber === null ? [] : [{ kind: 'issue', repositoryId: id, issueNumber } as const]),
  ];
}
