import { join } from 'node:path';

import { runVariables } from '../run-variables.ts';
import type { Dialect } from './dialect.ts';
import { amountOf, fieldsOf } from './untrusted.ts';

const LAUNCHER = 'start-gemini.sh';
const SETTINGS = 'gemini-settings.json';
const WAIT_SECONDS_MAX = 61; // until the next minute

/**
 * Gemini CLI (seen with 0.61.0). It obeys what it finds in a workspace that is trusted: settings with hooks and servers,
 * policies, variables. So this one is not, and that has a price: it starts no MCP server there (`reeve-agent` on its PATH
 * does the same), reads no GEMINI.md, and asks before each tool, which is allowed here where the sandbox is all that holds
 * it. Its settings of the highest rank would be ours to give, were they not read from directories of root alone.
 * - It ends its turn as if all were done when the model's answer was blocked or empty; a turn without a word is an error.
 * - A new prompt ends the turn in hand, so what is said meanwhile waits.
 * - It takes up a conversation only by telling its past, and goes on with that after it said that it was done.
 */
export const gemini: Dialect = {
  start(spec, task) {
    return {
      argv: [
        ...(['/bin/sh', join(task.filesPath, LAUNCHER), join(task.filesPath, SETTINGS)] as const),
        ...spec.argv,
        ...['--acp', '--extensions=none', '--allowed-mcp-server-names=reeve'],
        ...(task.model === null ? [] : [`--model=${task.model}`]),
      ],
      environment: {
        ...runVariables(task),
        GEMINI_CLI_TRUST_WORKSPACE: 'false',
        GEMINI_CLI_NO_RELAUNCH: 'true', // as a second process it would outlive the first
        GEMINI_TELEMETRY_ENABLED: 'false',
        GEMINI_SANDBOX: 'false',
        NO_BROWSER: 'true',
        ...(task.access === null
          ? {}
          : { GOOGLE_GEMINI_BASE_URL: task.access.url, GEMINI_API_KEY: task.access.bearer }),
      },
      files: { [LAUNCHER]: launcher, [SETTINGS]: `${JSON.stringify(settings)}\n` },
    };
  },
  takesPromptsWhileBusy: false,
  takesMcpServers: false,
  modelName: (model) => model,
  turnTokens(answer) {
    const told = fieldsOf(fieldsOf(fieldsOf(answer['_meta'])['quota'])['token_count']);
    const [read, written] = [amountOf(told['input_tokens']), amountOf(told['output_tokens'])];
    return read === null || written === null ? null : read + written;
  },
};

const settings = {
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 3 },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: true } },
  hooksConfig: { enabled: false },
  skills: { enabled: false },
  advanced: { ignoreLocalEnv: true },
  ide: { enabled: false },
};

// Its home is where its conversations are, and where an earlier run could leave settings, policies, extensions and hooks
// that it obeys: all but the conversations goes before it starts, and ours come. The name of a conversation's file has the
// minute in it: taken up in the very minute in which it was begun, a conversation would be written over by an empty one.
const launcher = `#!/bin/sh
set -eu
settings=$1
shift
kept=$HOME/.gemini
if [ -L "$kept" ] || { [ -e "$kept" ] && [ ! -d "$kept" ]; }; then rm -f -- "$kept"; fi
mkdir -p -- "$kept"
for entry in "$kept"/* "$kept"/.[!.]* "$kept"/..?*; do
  case $entry in
    "$kept"/tmp | "$kept"/history | "$kept"/projects.json) ;;
    *) rm -rf -- "$entry" ;;
  esac
done
rm -rf -- "$HOME/.env" "$HOME/.agents"
cp -- "$settings" "$kept/settings.json"
minute() { date -u +%Y-%m-%dT%H-%M; }
tries=0
while [ "$tries" -lt ${WAIT_SECONDS_MAX} ] && ls "$kept"/tmp/*/chats/session-"$(minute)"-* >/dev/null 2>&1; do
  sleep 1
  tries=$((tries + 1))
done
exec "$@"
`;
