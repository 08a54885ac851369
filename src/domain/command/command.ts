/** What a person can ask for in a comment; the CLI asks for the same through the same function. */
export type Command =
  | { readonly verb: 'answer'; /** What they wrote, never empty. Hostile text. */ readonly text: string }
  | { readonly verb: 'stop' }
  | { readonly verb: 'retry' }
  | { readonly verb: 'pause' }
  | { readonly verb: 'resume' }
  | { readonly verb: 'status' }
  | { readonly verb: 'help' };

export type Verb = Command['verb'];

/** Every verb with how it is written after `/reeve` and what it does, in the order in which help tells them. */
export const verbs = {
  status: { verb: 'status', usage: 'status', tells: 'says where the work stands' },
  answer: {
    verb: 'answer',
    usage: 'answer …',
    tells: 'answers the open question; a plain reply with a letter or a sentence does too',
  },
  retry: {
    verb: 'retry',
    usage: 'retry',
    tells: 'works on it again: after a failure, or to have an open pull request changed',
  },
  pause: { verb: 'pause', usage: 'pause', tells: 'ends the agent and keeps its work; nothing goes on until a resume' },
  resume: { verb: 'resume', usage: 'resume', tells: 'goes on where a pause came' },
  stop: { verb: 'stop', usage: 'stop', tells: 'ends the work; what is pushed already stays' },
  help: { verb: 'help', usage: 'help', tells: 'shows this table' },
} as const satisfies {
  readonly [Name in Verb]: { readonly verb: Name; readonly usage: string; readonly tells: string };
};
