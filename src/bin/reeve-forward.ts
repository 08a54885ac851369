#!/usr/bin/env node
import { forwardAndRun } from '../runhost/network-forward.ts';

// Runs inside an agent's sandbox: `reeve-forward PORT=SOCKET… -- PROGRAM ARGUMENT…`.
process.exitCode = await forwardAndRun(process.argv.slice(2));
process.exit();
