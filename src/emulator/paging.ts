export type Page<T> = {
  readonly items: readonly T[];
  /** The Link header's value, or null when everything fits on one page. */
  readonly link: string | null;
};

const perPageDefault = 30;
const perPageMax = 100;

/** `page` from 1 and `per_page` of a query, as GitHub reads them: nonsense means the default, too much means the most. */
export function pageOf(query: URLSearchParams): { readonly page: number; readonly perPage: number } {
  return {
    page: positive(query.get('page')) ?? 1,
    perPage: Math.min(positive(query.get('per_page')) ?? perPageDefault, perPageMax),
  };
}

/** One page of a list, with GitHub's Link header. `url` is the whole URL of the request; its other parameters are kept. */
export function paginate<T>(all: readonly T[], url: URL): Page<T> {
  const { page, perPage } = pageOf(url.searchParams);
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const relations = [
    { name: 'prev', number: Math.min(page - 1, last), isThere: page > 1 },
    { name: 'next', number: page + 1, isThere: page < last },
    { name: 'last', number: last, isThere: page < last },
    { name: 'first', number: 1, isThere: page > 1 },
  ];
  const links = relations
    .filter(({ isThere }) => isThere)
    .map(({ name, number }) => `<${withParameter(url, 'page', String(number))}>; rel="${name}"`);
  return {
    items: all.slice((page - 1) * perPage, page * perPage),
    link: links.length === 0 ? null : links.join(', '),
  };
}

/** The Link header of a list that is paged by cursor; null when there is no next page. */
export function cursorLink(nextCursor: string | null, url: URL): string | null {
  return nextCursor === null ? null : `<${withParameter(url, 'cursor', nextCursor)}>; rel="next"`;
}

function withParameter(url: URL, name: string, value: string): string {
  const copy = new URL(url);
  copy.searchParams.set(name, value);
  return copy.href;
}

function positive(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}
