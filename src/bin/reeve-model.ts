#!/usr/bin/env node
import { Socket } from 'node:net';

import { createModelProxy, type ModelProxyOptions } from '../runhost/model-proxy.ts';

// Started by a run host for an agent that is to reach its model: `reeve-model`. It gets the key, what the run may use and
// the agent's connections over the channel to its host, tells there what was asked, and ends with it.
let server: ReturnType<typeof createModelProxy> | null = null;
process.on('message', (message, handle) => {
  if (handle instanceof Socket) return void server?.emit('connection', handle);
  // Only its host has the other end of the channel.
  server ??= createModelProxy({
    ...(message as Omit<ModelProxyOptions, 'onAsked'>),
    onAsked: (asked) => process.send?.(asked),
  });
});
process.on('disconnect', () => process.exit());
