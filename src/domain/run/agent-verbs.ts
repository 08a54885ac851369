/** A command of `reeve-agent`: what its help says, and what an agent is told of it. */
type AgentVerb = {
  readonly does: string;
  /** Behind the verb, as an agent would write it. */
  readonly usage: string;
  /** When to use it. */
  readonly tells: string;
};

/** Every verb with which an agent speaks to Reeve. The prompt, the program and its help are made from this table. */
export const agentVerbs = {
  ask: {
    does: 'ask the people of the issue a question; end after it',
    usage: '"your question" --option "one way" --option "another way"',
    tells: 'when only a person can decide. Then end at once; you will be started again with the answer.',
  },
  progress: {
    does: 'say in a sentence what you are doing',
    usage: '"what you are doing now"',
    tells: 'from time to time, one sentence.',
  },
  result: {
    does: 'say what you did; the last result counts',
    usage: '"what you changed and why"',
    tells: 'once, at the end. It becomes the description of the pull request.',
  },
  spend: {
    does: 'say what the run has spent so far, in all; too much ends it',
    usage: '--cost-usd 0.42 --tokens 12000',
    tells: 'if you know what this run has cost so far.',
  },
  gap: {
    does: 'name something that is missing and that you left as it is',
    usage: '"what is missing or could not be checked"',
    tells: 'for whatever you leave undone.',
  },
  'propose-issue': {
    does: 'propose an issue for work outside this task',
    usage: '--title "…" --body "…"',
    tells: 'for work that you noticed and that is not part of this.',
  },
} as const satisfies Readonly<Record<string, AgentVerb>>;
