// The thread that stores deliveries, with a connection of its own: so that a commit's fsync holds up no request.
// It gets a group, stores it, and says so; `writer.ts` is its other side.
import { parentPort, workerData } from 'node:worker_threads';

import { systemClock } from '../../lib/clock.ts';
import { armCrashPoints, crashPoint } from '../../lib/crash-point.ts';
import { openConnection } from './connection.ts';
import { rowsOf, type GroupAnswer, type GroupMessage } from './group.ts';
import { guard } from './guarded.ts';
import { createLeaseCheck } from './lease.ts';
import { createReceiveGroup } from './receive-group.ts';

const { path, token, crash } = workerData as {
  readonly path: string;
  readonly token: number;
  readonly crash: string | undefined;
};
armCrashPoints(crash);
const db = openConnection(path);
const receiveGroup = createReceiveGroup(guard(db, createLeaseCheck(db, { token, now: systemClock })));

function store(group: GroupMessage): GroupAnswer {
  const { bytes } = group;
  try {
    crashPoint('delivery.grouping');
    const outcomes = receiveGroup(rowsOf(group));
    crashPoint('delivery.grouped');
    return { bytes, outcomes };
  } catch (error) {
    return { bytes, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

parentPort?.on('message', (group: GroupMessage | 'close') => {
  if (group === 'close') {
    db.close();
    parentPort?.close();
    return;
  }
  const answer = store(group);
  parentPort?.postMessage(answer, [answer.bytes]);
});
