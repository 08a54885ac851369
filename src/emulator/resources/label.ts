import type { Label } from '../state/threads.ts';
import type { Json } from './json.ts';

/** `label`; `repositoryUrl` is the API address of its repository. */
export function renderLabel(repositoryUrl: string, label: Label): Json {
  return {
    id: label.id,
    node_id: label.nodeId,
    url: `${repositoryUrl}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: label.isDefault,
    description: label.description,
  };
}
