import { defineConfig } from 'vitest/config';

// These tests mostly wait for programs and timers of their own, so more of them than cores can go at once.
const WAITING_WORKERS = 4;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'docs/**/*.test.ts'],
          maxWorkers: '100%', // Vitest leaves one core alone, which is half of a small machine; these tests can share
          sequence: { groupOrder: 1 }, // projects with other workers must come in a turn of their own
        },
      },
      {
        test: {
          name: 'emulator',
          include: ['test/emulator/**/*.test.ts', 'test/work/**/*.test.ts'],
          testTimeout: 60_000,
          isolate: false, // reading Octokit, Ajv and GitHub’s description anew for each file takes as long as its tests; none of them keeps state in modules
          maxWorkers: WAITING_WORKERS,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'scenarios',
          include: ['test/scenarios/**/*.test.ts'],
          globalSetup: 'test/build.ts',
          isolate: false, // as above
          testTimeout: 240_000, // only what hangs takes that long; a busy machine is no fault
          hookTimeout: 240_000,
          maxWorkers: WAITING_WORKERS,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
