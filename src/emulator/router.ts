import type { Route } from './route.ts';

export type Match = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

// Parameters whose values may hold slashes.
const deep = new Set(['path', 'ref', 'branch', 'base', 'head']);

/** Finds the route of a request and the decoded values in its path; null when there is none. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Match | null {
  const compiled = routes.map((route) => ({ route, ...compile(route.template) }));
  const ordered = compiled.toSorted(
    (one, other) => one.names.length - other.names.length || other.route.template.length - one.route.template.length,
  );
  return (method, path) => {
    for (const { route, pattern, names } of ordered) {
      if (route.method !== method) continue;
      const values = pattern.exec(path)?.slice(1);
      if (values === undefined) continue;
      const params: Record<string, string> = {};
      for (const [index, name] of names.entries()) params[name] = decode(values[index] ?? '');
      return { route, params };
    }
    return null;
  };
}

function compile(template: string): { readonly pattern: RegExp; readonly names: readonly string[] } {
  const names: string[] = [];
  const source = template
    .split(/(\{\w+\})/)
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      if (name === undefined) return part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
      names.push(name);
      return deep.has(name) ? '(.+)' : '([^/]+)';
    })
    .join('');
  return { pattern: new RegExp(`^${source}$`), names };
}

/** A path that is not well encoded names nothing. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
