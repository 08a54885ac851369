/** One program with its arguments. */
export type SimpleCommand = {
  /** The program first; null is a word that the text alone does not tell. */
  readonly words: readonly (string | null)[];
  /** What it starts in turn, where it is known to do nothing else than that. */
  readonly inner: readonly SimpleCommand[];
  /** It adds nothing to what it starts: who may run that may run this. */
  readonly standsForInner: boolean;
};

type Words = readonly (string | null)[];
type ReadCommand = { readonly command: SimpleCommand; readonly isPlain: boolean; readonly isWhole: boolean };
type ReadScript = (script: string) => {
  readonly commands: readonly SimpleCommand[];
  readonly isPlain: boolean;
  readonly isWhole: boolean;
};

/** A command, and what it starts: by a wrapper such as `env`, or by a shell that is given a script. */
export function commandOf(words: Words, read: ReadScript): ReadCommand {
  const program = programOf(words[0]);
  if (program === null) return { command: single(words), isPlain: false, isWhole: true };
  if (shells.includes(program)) return shellOf(words, read);
  if (program === 'eval') return evaluated(words, read);
  const wrapper = Object.hasOwn(wrappers, program) ? wrappers[program] : undefined;
  if (wrapper !== undefined) return wrapped(words, wrapper, read);
  if (program === 'find') return found(words, read);
  return {
    command: single(words),
    isPlain: !changingTheShell.includes(program) && !(program === 'printf' && setsVariable(words)),
    isWhole: !hiding.includes(program) && !stringRunners.includes(program),
  };
}

function setsVariable(words: Words): boolean {
  return words.some((word) => word?.startsWith('-v'));
}

/** The name of a program without its directory; null when the word is not known. */
export function programOf(word: string | null | undefined): string | null {
  return word === null || word === undefined ? null : word.slice(word.lastIndexOf('/') + 1);
}

const shells: readonly string[] = ['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh', 'fish'];
const likeBash: readonly string[] = ['sh', 'bash', 'dash'];
// After these the words of later commands may mean something else.
const changingTheShell: readonly string[] = [
  ...[
    'alias',
    'unalias',
    'enable',
    'hash',
    'trap',
    'source',
    '.',
    'builtin',
    'export',
    'declare',
    'typeset',
    'readonly',
  ],
  ...[
    'local',
    'set',
    'shopt',
    'unset',
    'bind',
    'complete',
    'read',
    'mapfile',
    'readarray',
    'getopts',
    'let',
    'compgen',
    'compopt',
  ],
];
const hiding: readonly string[] = [
  'alias',
  'enable',
  'hash',
  'trap',
  'source',
  '.',
  'builtin',
  'jobs',
  'fc',
  'compgen',
];
// They take commands as text, or start what a file says.
const stringRunners: readonly string[] = [
  'su',
  'runuser',
  'watch',
  'ssh',
  'script',
  'parallel',
  'flock',
  'entr',
  'busybox',
];

type Wrapper = {
  readonly flags?: readonly string[];
  /** Options that take a value, in the next word or in the same. */
  readonly valued?: readonly string[];
  /** Words of its own before the command. */
  readonly operands?: number;
  readonly standsForInner: boolean;
};

const wrappers: Readonly<Record<string, Wrapper>> = {
  env: { flags: ['-i', '-', '--ignore-environment'], valued: ['-u', '--unset'], standsForInner: true },
  nice: { valued: ['-n', '--adjustment'], standsForInner: true },
  nohup: { standsForInner: true },
  setsid: { flags: ['-f', '-w', '--fork', '--wait'], standsForInner: true },
  stdbuf: { valued: ['-i', '-o', '-e', '--input', '--output', '--error'], standsForInner: true },
  time: { flags: ['-p', '-v'], standsForInner: true },
  timeout: {
    flags: ['--foreground', '--preserve-status', '-v', '--verbose'],
    valued: ['-k', '--kill-after', '-s', '--signal'],
    operands: 1,
    standsForInner: true,
  },
  command: { flags: ['-p'], standsForInner: true },
  exec: { flags: ['-c', '-l'], valued: ['-a'], standsForInner: false },
  sudo: {
    flags: ['-n', '-E', '-H', '-S', '-k', '-b', '--non-interactive', '--preserve-env'],
    valued: ['-u', '-g', '--user', '--group'],
    standsForInner: false,
  },
  doas: { flags: ['-n'], valued: ['-u', '-C'], standsForInner: false },
  xargs: {
    flags: ['-0', '-r', '-t', '-x', '--null', '--no-run-if-empty'],
    valued: ['-n', '-I', '-P', '-L', '-d', '-a', '-s', '-E', '--max-args', '--replace', '--max-procs', '--delimiter'],
    standsForInner: false,
  },
};

function wrapped(words: Words, wrapper: Wrapper, read: ReadScript): ReadCommand {
  const isTransparent = wrapper.standsForInner && isSystems(words[0]);
  const rest = afterOptions(words.slice(1), wrapper);
  // Another program of the same name, an option that we do not know, or nothing to start: `env` alone tells its environment.
  if (rest === null) return { command: single(words), isPlain: false, isWhole: false };
  const program = rest.findIndex((word) => word === null || !/^[A-Za-z_]\w*=/.test(word));
  const hasAssignment = programOf(words[0]) === 'env' && program !== 0;
  const start = hasAssignment ? program : 0;
  if (start === -1 || rest.length === 0) return { command: single(words), isPlain: !hasAssignment, isWhole: true };
  const isXargs = programOf(words[0]) === 'xargs';
  const inner = commandOf([...rest.slice(start), ...(isXargs ? [null] : [])], read);
  return {
    command: { words, inner: [inner.command], standsForInner: isTransparent },
    isPlain: inner.isPlain && !hasAssignment && !isXargs,
    isWhole: inner.isWhole,
  };
}

/** What follows the options and operands of a wrapper; null when one of its options is not known. */
function afterOptions(words: Words, { flags = [], valued = [], operands = 0 }: Wrapper): Words | null {
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at];
    if (word === null || word === undefined) return null;
    if (word === '--') return words.slice(at + 1 + operands);
    if (!word.startsWith('-')) break;
    if (flags.includes(word)) continue;
    if (valued.includes(word)) at += 1;
    else if (!valued.some((option) => isGlued(word, option))) return null;
  }
  return words.slice(at + operands);
}

function isGlued(word: string, option: string): boolean {
  return option.startsWith('--') ? word.startsWith(`${option}=`) : word.startsWith(option) && !word.startsWith('--');
}

/** `sh -c SCRIPT`. A shell that reads a file or its input is a program like others. */
function shellOf(words: Words, read: ReadScript): ReadCommand {
  const options = words.slice(1);
  const script = options.findIndex((word) => word === null || !/^[-+]/.test(word));
  const given = script === -1 ? options : options.slice(0, script);
  if (!given.some((word) => word !== null && /^-[A-Za-z]*c/.test(word))) {
    // It may read any commands from a pipe or a file.
    return { command: single(words), isPlain: script !== -1 && !options.includes(null), isWhole: false };
  }
  const text = options[script];
  if (text === null || text === undefined) return { command: single(words), isPlain: false, isWhole: false };
  const inner = read(text);
  const isKnown = given.every((word) => word !== null && /^-[celux]+$/.test(word)) && script === options.length - 1;
  const isOurs = likeBash.includes(programOf(words[0]) ?? '') && isSystems(words[0]);
  return {
    command: { words, inner: inner.commands, standsForInner: isKnown && isOurs },
    isPlain: inner.isPlain,
    // `-o`, `-O` and their like take the next word, so that the script may be another one.
    isWhole: inner.isWhole && isKnown,
  };
}

function evaluated(words: Words, read: ReadScript): ReadCommand {
  const text = words.slice(1);
  if (text.includes(null)) return { command: single(words), isPlain: false, isWhole: false };
  const inner = read(text.join(' '));
  return {
    command: { words, inner: inner.commands, standsForInner: false },
    isPlain: false,
    isWhole: inner.isWhole,
  };
}

const findStarts: readonly (string | null)[] = ['-exec', '-execdir', '-ok', '-okdir'];
const findWrites: readonly (string | null)[] = ['-delete', '-fprint', '-fprint0', '-fprintf', '-fls'];

function found(words: Words, read: ReadScript): ReadCommand {
  const inner: ReadCommand[] = [];
  let isEnded = true;
  for (let at = 0; at < words.length; at += 1) {
    if (!findStarts.includes(words[at] ?? null)) continue;
    const end = words.findIndex((word, index) => index > at && (word === ';' || word === '+'));
    isEnded = end !== -1;
    if (!isEnded) break;
    inner.push(commandOf(words.slice(at + 1, end), read));
    at = end;
  }
  return {
    command: { words, inner: inner.map(({ command }) => command), standsForInner: false },
    isPlain: isEnded && inner.length === 0 && !words.some((word) => findWrites.includes(word)),
    isWhole: isEnded && inner.every(({ isWhole }) => isWhole),
  };
}

/** Called by its name alone, or where the system keeps it. */
function isSystems(word: string | null | undefined): boolean {
  return word !== null && word !== undefined && /^(?:\/bin\/|\/usr\/bin\/)?[^/]+$/.test(word);
}

function single(words: Words): SimpleCommand {
  return { words, inner: [], standsForInner: false };
}
