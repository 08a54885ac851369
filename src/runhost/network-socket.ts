import { openSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * A short name for a unix socket, whose address may have no more than 107 bytes while paths in a home are often longer:
 * it goes by way of its directory, which must be there and stays open as long as this process.
 */
export function socketAddress(path: string): string {
  return `/proc/self/fd/${openSync(dirname(path), 'r')}/${basename(path)}`;
}
