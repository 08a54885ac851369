/**
 * Flags of Node for a run host. It waits nearly all of its life, and there is one for each run: without the compilers that
 * only busy programs gain from, and with a small room for what is soon forgotten, it takes hardly more memory than an empty
 * process (`npm run bench runs`).
 */
export const hostFlags: readonly string[] = ['--no-opt', '--no-sparkplug', '--max-semi-space-size=1'];
