import { expect, it } from 'vitest';
import { agentSettingsPaths, isAgentSettings } from './agent-settings-paths.ts';

it.each([
  ...['.claude/settings.json', 'packages/a/.claude/hooks/x.sh', '.mcp.json', 'a/.mcp.json', '.Claude/Settings.json'],
  ...['.codex/config.toml', '.agents/skills/x/SKILL.md', 'opencode.json', 'a/opencode.jsonc', '.opencode/plugins/x.ts'],
  ...['.gemini/settings.json', '.env', '.claude', '.claude-plugin/marketplace.json', '.claude.json'],
])('%s is a place of settings', (path) => {
  expect(isAgentSettings(path)).toBe(true);
});

it.each(['AGENTS.md', 'src/claude/x.ts', 'docs/opencode.json.md', '.envrc', 'claude.json', '.github/reeve.yml'])(
  '%s is none',
  (path) => {
    expect(isAgentSettings(path)).toBe(false);
  },
);

it('every place says what it holds and where that is documented', () => {
  for (const { path, holds, source } of Object.values(agentSettingsPaths).flat()) {
    expect(path).toMatch(/^[a-z.-]+\/?$/);
    expect(holds).not.toBe('');
    expect(source).toMatch(/^https:\/\//);
  }
});
