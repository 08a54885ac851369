import { parentPort } from 'node:worker_threads';

import { openSimulator, type Search } from './search.ts';

/** A thread that runs the schedules it is asked for, one search after another. */
const port = parentPort;
if (!port) throw new Error('This program is a thread of the schedule search.');
const simulator = openSimulator();
port.on('message', (search: Search) => {
  void simulator.search(search, { isWhole: true }).then((found) => port.postMessage(found));
});
