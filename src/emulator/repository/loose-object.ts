import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

/** Writes a blob into a repository's object store, as `git hash-object -w` does but without starting a program. Gives its SHA. */
export async function writeBlob(directory: string, content: string | Buffer): Promise<string> {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content);
  const object = Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]);
  const sha = createHash('sha1').update(object).digest('hex');
  const folder = join(directory, 'objects', sha.slice(0, 2));
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `tmp_obj_${randomUUID()}`); // git's own prefix for what it may clean up
  await writeFile(unfinished, await promisify(deflate)(object), { mode: 0o444 });
  await rename(unfinished, join(folder, sha.slice(2)));
  return sha;
}
