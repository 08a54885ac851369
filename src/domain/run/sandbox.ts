import type { Sandbox } from './run.ts';

/** What a sandboxed program sees. All paths are absolute and resolved. */
export type SandboxView = {
  readonly workingDirectory: string;
  /** False: a network of its own with nothing in it, not even the machine's abstract sockets. */
  readonly hasNetwork: boolean;
  /** Replaced by an empty directory of its own that it may fill. */
  readonly emptyDirectories: readonly string[];
  /** Replaced by emptiness, in this order, before anything below is shown again. */
  readonly hiddenDirectories: readonly string[];
  readonly hiddenFiles: readonly string[];
  readonly readablePaths: readonly string[];
  readonly writablePaths: readonly string[];
};

type Argv = readonly [string, ...string[]];

// Drops what root could use to undo the namespace: without capabilities it can neither unmount nor trace.
const dropCapabilities = ['setpriv', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'];

// The namespace's first process: it reaps orphans, and unlike the agent it would not be spared by a signal of ours.
const firstProcess = ['sh', '-c', '"$@"; exit $?', 'sh'];

// A capless root still owns these and could write to the kernel through them; bwrap by itself leaves them writable.
const kernelPaths = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'mtrr'].map((name) => `/proc/${name}`);

/** The command that runs `argv` in a sandbox. Killing its first process kills everything inside (not so with `none`). */
export function sandboxArgv(sandbox: Sandbox, argv: Argv, view: SandboxView, isRoot: boolean): Argv {
  switch (sandbox) {
    case 'bwrap':
      return ['bwrap', ...bwrapOptions(view), '--', ...argv];
    case 'pid-namespace':
      return [
        'unshare',
        ...(isRoot ? [] : ['--user', '--map-current-user']),
        ...['--pid', '--fork', '--kill-child', '--mount-proc', '--'],
        ...firstProcess,
        ...(isRoot ? dropCapabilities : []),
        ...argv,
      ];
    case 'none':
      return argv;
  }
}

/** How many generations of processes, from the one we start, belong to the sandbox and not to the agent. */
export function wrapperGenerations(sandbox: Sandbox): number {
  return sandbox === 'none' ? 0 : 2;
}

function bwrapOptions(view: SandboxView): string[] {
  const shown = new Set([...view.readablePaths, ...view.writablePaths]);
  return [
    ...['--die-with-parent', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--cap-drop', 'ALL'],
    ...(view.hasNetwork ? [] : ['--unshare-net']),
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...kernelPaths.flatMap((path) => ['--ro-bind-try', path, path]),
    ...[...view.emptyDirectories, ...view.hiddenDirectories].flatMap((path) => ['--tmpfs', path]),
    ...view.hiddenFiles.flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...view.readablePaths.flatMap((path) => ['--ro-bind', path, path]),
    ...view.writablePaths.flatMap((path) => ['--bind', path, path]),
    ...view.hiddenDirectories.filter((path) => !shown.has(path)).flatMap((path) => ['--remount-ro', path]),
    ...['--chdir', view.workingDirectory],
  ];
}
