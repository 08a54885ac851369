import { createHash } from 'node:crypto';

/** The weak entity tag of a JSON answer: equal text, equal tag. */
export function etagOf(body: string): string {
  return `W/"${createHash('sha256').update(body).digest('hex')}"`;
}

/** Whether an If-None-Match header names the tag (weakly, one of several, or `*`): the answer is then 304 without a body. */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag));
}
