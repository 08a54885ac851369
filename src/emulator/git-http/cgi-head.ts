import type { OutgoingHttpHeaders } from 'node:http';

export type CgiHead = { readonly status: number; readonly headers: OutgoingHttpHeaders; readonly rest: Buffer };

/** A CGI answer's head is a few lines; more is no head. */
const headBytesMax = 64_000;

/** Takes the head of a CGI program's output apart, once enough of it has come. `rest` is what follows the blank line. */
export function parseCgiHead(output: Buffer): CgiHead | 'incomplete' | 'invalid' {
  const end = output.indexOf('\r\n\r\n');
  if (end < 0) return output.length > headBytesMax ? 'invalid' : 'incomplete';
  const headers: OutgoingHttpHeaders = {};
  let status = 200;
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) return 'invalid';
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  if (!(status >= 200 && status <= 599)) return 'invalid';
  return { status, headers, rest: output.subarray(end + 4) };
}
