/** What a person can ask for in a comment; the CLI asks for the same through the same function. */
export type Command =
  | { readonly verb: 'answer'; /** What they wrote, never empty. Hostile text. */ readonly text: string }
  | { readonly verb: 'stop' }
  | { readonly verb: 'retry' }
  | { readonly verb: 'status' }
  | { readonly verb: 'help' };

export type Verb = Command['verb'];

/** Every verb with the line that the help reply and the documents show. */
export const verbs: readonly { readonly verb: Verb; readonly usage: string; readonly help: string }[] = [
  {
    verb: 'answer',
    usage: '/reeve answer TEXT',
    help: 'answers the open question; the text may go on over the lines below',
  },
  { verb: 'stop', usage: '/reeve stop', help: 'ends the work on this issue and keeps what has been committed' },
  { verb: 'retry', usage: '/reeve retry', help: 'starts the work again, after it failed or was stopped' },
  { verb: 'status', usage: '/reeve status', help: 'says where the work stands' },
  { verb: 'help', usage: '/reeve help', help: 'shows this list' },
];
