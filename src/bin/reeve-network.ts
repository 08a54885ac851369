#!/usr/bin/env node
import { Socket } from 'node:net';

import { parseHostPattern, type HostPattern } from '../domain/run/network.ts';
import { createNetworkProxy } from '../runhost/network-proxy.ts';

// Started by a run host once its agent asks for the network: `reeve-network HOST…`. It gets the agent's connections over
// the channel to its host, tells there what it refused, and ends with it.
const patterns = process.argv.slice(2).map((text): HostPattern => {
  const pattern = parseHostPattern(text);
  if (pattern === null) throw new Error(`Not a host: ${text}`);
  return pattern;
});
const proxy = createNetworkProxy({ patterns, onRefused: (refused) => process.send?.(refused) });
process.on('message', (_, handle) => {
  if (handle instanceof Socket) proxy.take(handle);
});
process.on('disconnect', () => process.exit());
