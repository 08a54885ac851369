import type { MayWrite } from '../github.ts';

/** GitHub gives up on a request of its own after 10 s; the rest is for the way there and back. */
export const REQUEST_TIMEOUT_MS = 20_000;
const ANSWER_BYTES_MAX = 32 * 1024 * 1024; // a hundred comments of full length, several times over

const readMethods = new Set(['GET', 'HEAD']);
const statusWithoutBody = new Set([204, 205, 304]);

/**
 * `fetch` that ends: within a time that counts the whole answer, and with a bound on its size. A cut-off answer rejects
 * instead of looking like a short one. Redirects are answers: an issue that was transferred must not be read where it is now.
 * What is no read asks `mayWrite` first.
 */
export function createBoundedFetch(timeoutMs: number, mayWrite: MayWrite): typeof fetch {
  return async (input, init) => {
    if (!readMethods.has(init?.method ?? 'GET')) await mayWrite(timeoutMs); // the last thing before it leaves
    const response = await fetch(input, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await readAll(response);
    const { status, statusText, headers } = response;
    return new Response(statusWithoutBody.has(status) ? null : body, { status, statusText, headers });
  };
}

async function readAll({ body }: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > ANSWER_BYTES_MAX) throw new Error(`GitHub’s answer is larger than ${ANSWER_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
