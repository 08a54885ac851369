import { join } from 'node:path';

import { describeStore } from '../store.conformance.ts';
import { openSqliteStore } from './sqlite-store.ts';

describeStore('sqlite', async (directory) => openSqliteStore({ path: join(directory, 'reeve.db') }));
