/** A place in a repository from which an agent takes settings, hooks, tools or programs. A directory ends in a slash. */
export type AgentSettingsPath = {
  readonly path: string;
  /** What it could make the agent do. */
  readonly holds: string;
  /** Where this is documented. */
  readonly source: string;
};

/**
 * What an agent would read from the repository and obey, by agent. Whoever can write to a branch can write these, so no run
 * may follow them: the sandbox hides them, and a change of one is for a person to see. Also those that are not there yet:
 * an agent could make one, and obey it after the next start. They may stand in any directory of the repository.
 */
export const agentSettingsPaths: Readonly<Record<string, readonly AgentSettingsPath[]>> = {
  'claude-code': [
    {
      path: '.claude/',
      holds: 'settings with permissions, hooks, environment and the address of the model; agents, commands, skills',
      source: 'https://code.claude.com/docs/en/settings',
    },
    {
      path: '.claude.json',
      holds: 'MCP servers and what is trusted',
      source: 'https://code.claude.com/docs/en/settings',
    },
    { path: '.mcp.json', holds: 'MCP servers, which are programs', source: 'https://code.claude.com/docs/en/mcp' },
    {
      path: '.claude-plugin/',
      holds: 'plugins, with hooks and MCP servers',
      source: 'https://code.claude.com/docs/en/plugins-reference',
    },
  ],
  codex: [
    {
      path: '.codex/',
      holds: 'config.toml with approvals, sandbox and MCP servers; hooks.json and hooks; agents',
      source: 'https://learn.chatgpt.com/docs/config-file/config-basic',
    },
    { path: '.agents/', holds: 'skills, with programs', source: 'https://learn.chatgpt.com/docs/build-skills' },
    {
      path: '.env',
      holds: 'environment, with which earlier versions found another home and its MCP servers (CVE-2025-61260)',
      source: 'https://nvd.nist.gov/vuln/detail/CVE-2025-61260',
    },
  ],
  opencode: [
    {
      path: 'opencode.json',
      holds: 'permissions, MCP servers, plugins, providers',
      source: 'https://opencode.ai/docs/config',
    },
    { path: 'opencode.jsonc', holds: 'the same, with comments', source: 'https://opencode.ai/docs/config' },
    {
      path: '.opencode/',
      holds: 'the same; plugins, tools and agents, which are programs that are loaded without being asked for',
      source: 'https://opencode.ai/docs/plugins',
    },
  ],
  gemini: [
    {
      path: '.gemini/',
      holds: 'settings.json with tools and MCP servers, commands, extensions, environment',
      source: 'https://geminicli.com/docs/reference/configuration',
    },
    { path: '.env', holds: 'environment', source: 'https://geminicli.com/docs/reference/configuration' },
  ],
};

/** Whether a path of the repository (with `/`, from its top) is, or lies in, a place from which any agent takes settings. */
export function isAgentSettings(path: string): boolean {
  const segments = path.toLowerCase().split('/'); // some file systems do not tell case apart
  return Object.values(agentSettingsPaths)
    .flat()
    .some(({ path: place }) =>
      place.endsWith('/') ? segments.includes(place.slice(0, -1)) : segments.at(-1) === place,
    );
}
