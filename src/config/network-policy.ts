import { parseHostPattern, type NetworkPolicy } from '../domain/run/network.ts';
import { Mistake, parser } from './parsers.ts';

const HOSTS_MAX = 300;

/** What most agents need: a model to ask, and packages to install. Nothing here takes what anybody wants to leave there. */
export const usualHosts: readonly string[] = [
  ...['api.anthropic.com', 'api.openai.com', 'auth.openai.com', 'chatgpt.com', 'generativelanguage.googleapis.com'],
  ...['api.mistral.ai', 'api.deepseek.com', 'api.x.ai', 'api.groq.com', 'openrouter.ai'],
  ...['registry.npmjs.org', 'registry.yarnpkg.com', 'nodejs.org', 'pypi.org', 'files.pythonhosted.org'],
  ...['crates.io', 'index.crates.io', 'static.crates.io', 'proxy.golang.org', 'sum.golang.org'],
  ...['rubygems.org', 'index.rubygems.org', 'repo.maven.apache.org', 'repo1.maven.org', 'plugins.gradle.org'],
  ...['services.gradle.org', 'repo.packagist.org', 'packagist.org', 'api.nuget.org', 'repo.hex.pm'],
];

/** `auto`, `open`, `none`, or a list of hosts in which `defaults` stands for the usual ones. */
export const network = parser((text): NetworkPolicy | 'auto' => {
  if (text === 'auto' || text === 'open') return text;
  if (text === 'none') return [];
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const odd = words.find((word) => parseHostPattern(word) === null);
  if (odd !== undefined) {
    throw new Mistake(
      `names ${JSON.stringify(odd)}, which is no host; write hosts such as example.com or *.example.com:8443`,
    );
  }
  const choice = words.find((word) => ['auto', 'open', 'none'].includes(word));
  if (choice !== undefined) throw new Mistake(`has ${choice} in a list of hosts; write it alone, or take it out`);
  if (words.length > HOSTS_MAX)
    throw new Mistake(`names more than ${HOSTS_MAX} hosts; use patterns such as *.example.com`);
  return [...new Set(words.flatMap((word) => (word === 'defaults' ? usualHosts : [word])))];
});
