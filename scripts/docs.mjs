// Writes the documents that are made from the code. `npm run docs` builds first; tests compare them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const load = (path) => import(pathToFileURL(join(root, 'dist', path)).href);

/** @type {readonly (readonly [string, () => Promise<string>])[]} */
const documents = [
  ['docs/session-states.md', async () => (await load('domain/session/states-table.js')).sessionStatesDocument()],
  ['docs/judging.md', async () => (await load('domain/run/judging-document.js')).judgingDocument()],
  ['docs/prompts.md', async () => (await load('domain/prompt/prompts-document.js')).promptsDocument()],
  ['docs/repository-config.md', async () => (await load('config/repository/document.js')).repositoryConfigDocument()],
  ['schemas/reeve.schema.json', async () => (await load('config/repository/document.js')).repositoryConfigJsonSchema()],
  ['docs/config.md', async () => (await load('config/env-example.js')).renderConfigDocument()],
  ['.env.example', async () => (await load('config/env-example.js')).renderEnvExample()],
];
for (const [path, make] of documents) {
  writeFileSync(join(root, path), await make());
  console.log(`wrote ${path}`);
}
