import { maySteer, type Permission } from '../people.ts';

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

/** Every verb with how it is written after `/reeve`, what it does, and who may give it, in the order in which help tells them. */
export const verbs = {
  status: { verb: 'status', usage: 'status', tells: 'says where the work stands', needs: 'triage' },
  answer: {
    verb: 'answer',
    usage: 'answer …',
    tells: 'answers the open question; a plain reply with a letter or a sentence does too',
    needs: 'write',
  },
  retry: {
    verb: 'retry',
    usage: 'retry',
    tells: 'works on it again: after a failure, or to have an open pull request changed',
    needs: 'write',
  },
  pause: {
    verb: 'pause',
    usage: 'pause',
    tells: 'ends the agent and keeps its work; nothing goes on until a resume',
    needs: 'write',
  },
  resume: { verb: 'resume', usage: 'resume', tells: 'goes on where a pause came', needs: 'write' },
  stop: { verb: 'stop', usage: 'stop', tells: 'ends the work; what is pushed already stays', needs: 'write' },
  help: { verb: 'help', usage: 'help', tells: 'shows this table', needs: 'triage' },
} as const satisfies {
  readonly [Name in Verb]: {
    readonly verb: Name;
    readonly usage: string;
    readonly tells: string;
    readonly needs: Need;
  };
};

/**
 * The least that GitHub must say of somebody. `write` for what starts, steers or ends work; `triage` for what is only told:
 * everybody who may read a public repository could have comments written otherwise, as many as they like.
 */
export type Need = 'write' | 'triage';

/** Whether somebody may give this command; an unknown one (null) is explained to whoever may give any. */
export function mayCommand(permission: Permission, verb: Verb | null): boolean {
  const need = verb === null ? 'triage' : verbs[verb].needs;
  return maySteer(permission) || (need === 'triage' && permission === 'triage');
}
