import { z } from 'zod';

import { apiUrl, appId, host, name, nameList, oneOf, pathList, wholeNumber } from './parsers.ts';
import { budgetVariables } from './budget-variables.ts';
import { agentCommand } from './agent-command.ts';
import { agentTable } from './agents.ts';
import { network } from './network-policy.ts';
import { permissions } from './permissions.ts';
import { pem } from './private-key.ts';
import { setupVariables } from './setup-variables.ts';
import { webhookSecret } from './webhook-secret.ts';

/** One environment variable. `schema` reads what was set, or else the `preset`. */
export type Variable = {
  /** What it is for and what it may hold, in sentences; the same text in .env.example and in the documents. */
  readonly about: string;
  /** When it must be set, in words; null when it need not be. */
  readonly required: string | null;
  /** What holds when it is not set. */
  readonly preset: string | null;
  readonly schema: z.ZodType<unknown, string | undefined>;
};

const MINUTES_A_DAY = 1440;

/** Every variable of the server. This table is what is parsed, and what .env.example and the documents are made of. */
export const variables = {
  APP_ID: {
    about: "The App's numeric id, from its settings page on GitHub.",
    required: 'always',
    preset: null,
    schema: appId,
  },
  PRIVATE_KEY: {
    about:
      "The App's private key: the text of the PEM file that GitHub gave you, with line breaks or with \\n for them, or the base64 of it.",
    required: 'unless PRIVATE_KEY_PATH is set',
    preset: null,
    schema: pem.optional(),
  },
  PRIVATE_KEY_PATH: {
    about: 'The file that holds the private key, readable by its owner only. Better than PRIVATE_KEY where files last.',
    required: 'unless PRIVATE_KEY is set',
    preset: null,
    schema: name.optional(),
  },
  WEBHOOK_SECRET: {
    about:
      "The secret that GitHub signs deliveries with, the same as in the App's settings; at least 20 characters. `openssl rand -hex 32` makes a good one.",
    required: 'always',
    preset: null,
    schema: webhookSecret,
  },
  WEBHOOK_SECRET_PREVIOUS: {
    about:
      'The secret before this one: it is accepted too, so that the secret can be changed without losing a delivery.',
    required: null,
    preset: null,
    schema: webhookSecret.optional(),
  },
  GITHUB_API_URL: {
    about: "GitHub's API. Change it for GitHub Enterprise Server (https://HOST/api/v3) or for `reeve emulate`.",
    required: null,
    preset: 'https://api.github.com',
    schema: apiUrl,
  },
  HOST: {
    about: 'The address to listen on. Put a proxy with TLS in front, or set 0.0.0.0 to be reached from outside.',
    required: null,
    preset: '127.0.0.1',
    schema: host,
  },
  PORT: {
    about: 'The port to listen on; 0 takes any free one and logs it.',
    required: null,
    preset: '3000',
    schema: wholeNumber({ min: 0, max: 65_535 }),
  },
  REEVE_HOME: {
    about: 'The directory that holds all state. It is made if need be, readable by its owner only.',
    required: null,
    preset: '.reeve',
    schema: name,
  },
  REEVE_AGENT: {
    about:
      'The agent that works on issues: claude-code, codex, opencode or gemini, a name from REEVE_AGENTS, or any program with its arguments (a JSON array of strings, or words as in a shell: quotes group them, nothing else is special; give full paths).',
    required: 'to run agents',
    preset: null,
    schema: agentCommand.optional(),
  },
  REEVE_AGENTS: {
    about:
      'More agents, as a JSON object: {"NAME": {"kind": "codex", "command": ["/opt/codex"], "model": "…", "slots": 1, "fallback": "OTHER"}}. People choose one with the label reeve:agent/NAME; a fallback works while its agent has no model to work with. Kinds: custom-command, claude-code, codex, opencode, gemini, acp. docs/agents.md tells more, and how an agent gets to its model without its key.',
    required: null,
    preset: '{}',
    schema: agentTable,
  },
  REEVE_PERMISSIONS: {
    about:
      'What an agent may do without asking: sandbox (everything that its sandbox lets it do), ask (nothing), or rules as JSON: {"deny": [{"tool": "shell", "subject": "git push **"}], "allow": [{"tool": "edit"}], "otherwise": "ask"}. docs/agents.md tells how rules match.',
    required: null,
    preset: 'sandbox',
    schema: permissions,
  },
  REEVE_AGENT_ENV: {
    about:
      "Names of variables that the agent gets from the server's environment, with commas between them, such as the key of its model. It gets no others.",
    required: null,
    preset: '',
    schema: nameList,
  },
  ...setupVariables,
  REEVE_SLOTS: {
    about: 'How many agents may work at the same time on this machine.',
    required: null,
    preset: '2',
    schema: wholeNumber({ min: 1, max: 100 }),
  },
  REEVE_SLOTS_PER_REPOSITORY: {
    about: 'How many agents may work at the same time for one repository. Not set: as many as REEVE_SLOTS.',
    required: null,
    preset: null,
    schema: wholeNumber({ min: 1, max: 100 }).optional(),
  },
  REEVE_SLOTS_PER_INSTALLATION: {
    about:
      'How many agents may work at the same time for one installation of the App. Not set: as many as REEVE_SLOTS.',
    required: null,
    preset: null,
    schema: wholeNumber({ min: 1, max: 100 }).optional(),
  },
  REEVE_SANDBOX: {
    about:
      'What an agent can see of the machine: bwrap (its workspace only), pid-namespace (all files, but only its own processes), none, or auto (the strictest that works here; never none).',
    required: null,
    preset: 'auto',
    schema: oneOf(['auto', 'bwrap', 'pid-namespace', 'none']),
  },
  REEVE_NETWORK: {
    about:
      'What an agent can reach: open (all that this machine can), none, or hosts with commas between them, such as `packages.example.com,*.example.org:8443`; without a port it is 443. The word defaults stands for the usual model APIs and package registries. auto is defaults where the sandbox can keep to it, and open otherwise.',
    required: null,
    preset: 'auto',
    schema: network,
  },
  REEVE_READABLE_PATHS: {
    about:
      'Absolute paths, with colons between them, that agents may read though they lie in a home directory: what your agent needs besides its own program.',
    required: null,
    preset: '',
    schema: pathList,
  },
  REEVE_RUNTIME: {
    about:
      'How agents are kept beside the server: detached, or tmux, which adds a terminal that `reeve attach --tmux` shows. Runs do not depend on it.',
    required: null,
    preset: 'detached',
    schema: oneOf(['detached', 'tmux']),
  },
  REEVE_WORKSPACES: {
    about:
      'How an agent gets its copy of a repository: clone (a repository of its own) or worktree (linked to one that the agents of that repository share and can all change: for agents and contents that are trusted with each other).',
    required: null,
    preset: 'clone',
    schema: oneOf(['clone', 'worktree']),
  },
  REEVE_RUN_MINUTES: {
    about: 'How long one run may take.',
    required: null,
    preset: '30',
    schema: wholeNumber({ min: 1, max: MINUTES_A_DAY }),
  },
  REEVE_SILENCE_MINUTES: {
    about: 'How long a run may go without a word of output.',
    required: null,
    preset: '10',
    schema: wholeNumber({ min: 1, max: MINUTES_A_DAY }),
  },
  REEVE_ASK_GRACE_SECONDS: {
    about: 'How long an agent may go on after it has asked a question.',
    required: null,
    preset: '60',
    schema: wholeNumber({ min: 1, max: 3600 }),
  },
  REEVE_OUTPUT_MB: {
    about: 'How much a run may write to its output, in megabytes.',
    required: null,
    preset: '50',
    schema: wholeNumber({ min: 1, max: 10_000 }),
  },
  REEVE_RUN_MEMORY_MB: {
    about:
      'How much memory all processes of a run may use together, in megabytes of 1024 × 1024 bytes. One that uses more is ended at once.',
    required: null,
    preset: '4096',
    schema: wholeNumber({ min: 16, max: 100_000_000 }),
  },
  REEVE_RUN_PROCESSES: {
    about: 'How many processes a run may have at the same time. One that has more is ended at once.',
    required: null,
    preset: '512',
    schema: wholeNumber({ min: 8, max: 1_000_000 }),
  },
  REEVE_RUN_DISK_MB: {
    about:
      'How large the workspace of a run may grow on the disk, in megabytes of 1024 × 1024 bytes. A run whose workspace is larger is ended, and its last changes are not committed.',
    required: null,
    preset: '10240',
    schema: wholeNumber({ min: 16, max: 100_000_000 }),
  },
  REEVE_DISK_FREE_MB: {
    about:
      'How much of the disk of REEVE_HOME must be free for deliveries to be taken and for runs to start, in megabytes. With less, deliveries are refused (GitHub keeps them, and they are asked for again) and work waits in its queue.',
    required: null,
    preset: '256',
    schema: wholeNumber({ min: 1, max: 1_000_000_000 }),
  },
  ...budgetVariables,
  REEVE_POLL_MS: {
    about: 'How often the background loops look for work, in milliseconds. Deliveries wake them sooner.',
    required: null,
    preset: '2000',
    schema: wholeNumber({ min: 50, max: 600_000 }),
  },
  REEVE_SWEEP_SECONDS: {
    about: 'How often GitHub is asked for deliveries that did not reach this server, in seconds.',
    required: null,
    preset: '60',
    schema: wholeNumber({ min: 1, max: 86_400 }),
  },
  REEVE_WRITE_SPACING_MS: {
    about:
      'How far apart writes to GitHub are in one installation, in milliseconds. GitHub asks for a second; 0 is for a GitHub Enterprise Server without rate limits, and lifts the others too.',
    required: null,
    preset: '1000',
    schema: wholeNumber({ min: 0, max: 60_000 }),
  },
  REEVE_COMPARE_SECONDS: {
    about:
      'How often all repositories are compared with what this server believes, in seconds, for changes that no delivery told.',
    required: null,
    preset: '900',
    schema: wholeNumber({ min: 1, max: 86_400 }),
  },
  REEVE_REST_MS: {
    about:
      'How long a change of a card, a label or a check run that nobody waits for may rest, in milliseconds, so that a newer one can take its place. 0 sends each one.',
    required: null,
    preset: '1500',
    schema: wholeNumber({ min: 0, max: 60_000 }),
  },
  REEVE_LIST_LAG_MS: {
    about:
      "By how much GitHub's lists may lag behind, in milliseconds: so long is something looked for that may have been made, before it is made again. 0 makes it again at once.",
    required: null,
    preset: '35000',
    schema: wholeNumber({ min: 0, max: 600_000 }),
  },
  REEVE_CRASHES_MAX: {
    about:
      'How often the server may end while it works on the same delivery or change on GitHub, before that is set aside as what may have ended it.',
    required: null,
    preset: '5',
    schema: wholeNumber({ min: 2, max: 1_000_000 }),
  },
  REEVE_KEEP_DAYS: {
    about:
      'How long what is over is kept, in days: deliveries and changes on GitHub that are done, and the history and run directories of sessions that have ended. Older ones are removed.',
    required: null,
    preset: '90',
    schema: wholeNumber({ min: 7, max: 3_650 }), // GitHub may send again what is three days old
  },
  LOG_LEVEL: {
    about: 'How much is logged: fatal, error, warn, info, debug or trace.',
    required: null,
    preset: 'info',
    schema: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;

// Object.keys and Object.fromEntries forget which names there are; these two casts remember it.
export const variableNames = Object.keys(variables) as VariableName[];
/** Reads all variables at once. */
export const schema = z.object(
  Object.fromEntries(variableNames.map((name) => [name, variables[name].schema])) as {
    [Name in VariableName]: (typeof variables)[Name]['schema'];
  },
);

export type Values = z.output<typeof schema>;
