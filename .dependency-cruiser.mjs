// The architecture as a table: a folder may import only the folders in its row (docs/architecture.md draws it).
const mayImport = {
  lib: ['lib'],
  domain: ['lib/never', 'domain'],
  config: ['lib', 'domain', 'config'],
  render: ['lib', 'domain', 'render'],
  store: ['lib', 'domain', 'store'],
  queue: ['lib', 'domain', 'queue'],
  github: ['lib', 'domain', 'render', 'github'],
  agents: ['lib', 'domain', 'agents'],
  runs: ['lib', 'domain', 'runs'],
  runhost: ['lib', 'domain', 'agents', 'runs/run-directory', 'runhost'],
  work: ['lib', 'domain', 'config', 'render', 'store', 'queue', 'github', 'runs', 'work'],
  loops: ['lib', 'domain', 'store', 'queue', 'work', 'loops'],
  web: ['lib', 'domain', 'render', 'store', 'work', 'web'],
  cli: ['lib', 'domain', 'config', 'render', 'runs', 'cli'],
  emulator: ['lib', 'emulator'],
  demo: ['lib', 'config', 'emulator', 'runs', 'demo'],
};

// Each package has one home, so that replacing it is one change.
const homes = {
  '@agentclientprotocol/sdk': '^src/agents/acp/',
  'better-sqlite3': '^src/store/sqlite/',
  'p-queue': '^src/queue/embedded/',
  probot: '^src/(web/probot|github/octokit-github)\\.ts$',
  '@octokit/rest': '^src/github/octokit-github\\.ts$',
  '@octokit/auth-app': '^src/github/octokit-github\\.ts$',
  ajv: '^src/emulator/',
  liquidjs: '^src/render/prompts/',
  pino: '^src/lib/log\\.ts$',
  picomatch: '^src/config/',
  'proxy-chain': '^src/runhost/network-proxy\\.ts$',
  commander: '^src/(cli/|bin/)',
  '@bomb.sh/tab': '^src/cli/completion\\.ts$',
  'string-width': '^src/render/',
  '@modelcontextprotocol/server': '^src/agents/verbs-server\\.ts$',
  yaml: '^src/config/repository/',
  unbash: '^src/domain/run/shell-command\\.ts$',
  httpxy: '^src/runhost/model-proxy\\.ts$',
  '@copilotkit/aimock': '^src/demo/scripted-model\\.ts$',
  'eventsource-parser': '^src/runhost/model-tokens\\.ts$',
};

const tests = '\\.(test|conformance)\\.ts$';
const implementations = [
  '^src/(store|queue|agents)/[^/]+/',
  '^src/runs/(runtimes|workspaces)/[^/]+/',
  '^src/github/octokit(/|-github\\.ts$)',
];

export default {
  forbidden: [
    ...Object.entries(mayImport).map(([folder, allowed]) => ({
      name: `${folder}-imports`,
      severity: 'error',
      comment: `src/${folder} may import only ${allowed.join(', ')}`,
      from: { path: `^src/${folder}/`, pathNot: tests },
      to: { path: '^src/', pathNot: allowed.map((name) => `^src/${name}(/|\\.ts$)`) },
    })),
    ...Object.entries(homes).map(([name, home]) => ({
      name: `${name.replace(/\W+/g, '-')}-has-one-home`,
      severity: 'error',
      from: { path: '^src/', pathNot: [home, tests] },
      to: { path: `(^|node_modules/)(@types/)?${name}(/|$)` },
    })),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'no node modules, no packages but zod and the parser of command lines, which are pure',
      from: { path: '^src/domain/', pathNot: tests },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: 'node_modules/(zod|unbash)/' },
    },
    {
      name: 'ports-not-implementations',
      severity: 'error',
      comment: 'only app.ts, connect.ts, operator.ts and runhost/main.ts choose implementations',
      from: { path: '^src/', pathNot: ['^src/(app|connect|operator|runhost/main)\\.ts$', ...implementations, tests] },
      to: { path: implementations },
    },
    {
      name: 'implementations-are-strangers',
      severity: 'error',
      comment: 'sqlite does not know postgres; clone does not know worktree',
      from: { path: '^src/(store|queue|agents|runs/runtimes|runs/workspaces)/([^/]+)/' },
      to: { path: '^src/$1/[^/]+/', pathNot: '^src/$1/$2/' },
    },
    {
      name: 'only-bin-imports-app',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(bin/|app\\.ts$)' },
      to: { path: '^src/(app|connect|operator)\\.ts$' },
    },
    {
      name: 'only-bin-imports-demo',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(bin|demo)/' },
      to: { path: '^src/demo/' },
    },
    {
      name: 'nothing-imports-bin',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/bin/' },
      to: { path: '^src/bin/' },
    },
    {
      name: 'only-demo-and-tests-use-the-emulator',
      severity: 'error',
      comment: 'the product never knows that it talks to an emulator',
      from: { path: '^src/', pathNot: ['^src/(emulator|demo)/', tests] },
      to: { path: '^src/emulator/' },
    },
    {
      name: 'no-test-code-in-product',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: ['^test/', '^fixtures/', tests] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
