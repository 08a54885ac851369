import { expect, test } from 'vitest';

import { knownAgents } from '../config/agents.ts';
import { handsOf } from './hands.ts';
import type { Step } from './work.ts';

const steps: readonly Step[] = [
  { kind: 'progress', text: "Reading the sign's test" },
  { kind: 'edit', path: 'a.js', find: 'let a;\nlet b;\n', replace: 'let a;\n' },
  { kind: 'write', path: 'b.js', content: 'let b;\n\nlet c;\n' },
  { kind: 'test' },
  { kind: 'commit', message: 'Do it\n\nBecause.' },
  { kind: 'ask', question: 'Which?', options: ['One way', 'Another'] },
  { kind: 'result', text: 'It is `done`.' },
];

test('each agent does the same with its own tools', () => {
  const lines = knownAgents.flatMap((agent) => [
    `# ${agent}`,
    ...steps.flatMap((step) => handsOf[agent](step).map(({ name, input }) => `${name} ${JSON.stringify(input)}`)),
  ]);
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "# claude-code
    mcp__reeve__progress {"text":"Reading the sign's test"}
    Read {"file_path":"a.js"}
    Edit {"file_path":"a.js","old_string":"let a;\\nlet b;\\n","new_string":"let a;\\n"}
    Write {"file_path":"b.js","content":"let b;\\n\\nlet c;\\n"}
    Bash {"command":"node --test","description":"Run the tests"}
    Bash {"command":"git add --all && git commit --quiet --message 'Do it\\n\\nBecause.'","description":"Commit the change"}
    mcp__reeve__ask {"question":"Which?","options":["One way","Another"]}
    mcp__reeve__result {"summary":"It is \`done\`."}
    # codex
    exec_command {"cmd":"reeve-agent progress 'Reading the sign'\\\\''s test'","yield_time_ms":30000}
    exec_command {"cmd":"apply_patch <<'PATCH'\\n*** Begin Patch\\n*** Update File: a.js\\n@@\\n-let a;\\n-let b;\\n+let a;\\n*** End Patch\\nPATCH"}
    exec_command {"cmd":"apply_patch <<'PATCH'\\n*** Begin Patch\\n*** Add File: b.js\\n+let b;\\n+\\n+let c;\\n*** End Patch\\nPATCH"}
    exec_command {"cmd":"node --test","yield_time_ms":30000}
    exec_command {"cmd":"git add --all && git commit --quiet --message 'Do it\\n\\nBecause.'","yield_time_ms":30000}
    exec_command {"cmd":"reeve-agent ask 'Which?' --option 'One way' --option Another","yield_time_ms":30000}
    exec_command {"cmd":"reeve-agent result 'It is \`done\`.'","yield_time_ms":30000}
    # opencode
    reeve_progress {"text":"Reading the sign's test"}
    read {"filePath":"a.js"}
    edit {"filePath":"a.js","oldString":"let a;\\nlet b;\\n","newString":"let a;\\n"}
    write {"filePath":"b.js","content":"let b;\\n\\nlet c;\\n"}
    bash {"command":"node --test","description":"Run the tests"}
    bash {"command":"git add --all && git commit --quiet --message 'Do it\\n\\nBecause.'","description":"Commit the change"}
    reeve_ask {"question":"Which?","options":["One way","Another"]}
    reeve_result {"summary":"It is \`done\`."}
    # gemini
    run_shell_command {"command":"reeve-agent progress 'Reading the sign'\\\\''s test'","description":"Tell Reeve: progress"}
    replace {"file_path":"a.js","instruction":"Change a.js.","old_string":"let a;\\nlet b;\\n","new_string":"let a;\\n"}
    write_file {"file_path":"b.js","content":"let b;\\n\\nlet c;\\n"}
    run_shell_command {"command":"node --test","description":"Run the tests"}
    run_shell_command {"command":"git add --all && git commit --quiet --message 'Do it\\n\\nBecause.'","description":"Commit the change"}
    run_shell_command {"command":"reeve-agent ask 'Which?' --option 'One way' --option Another","description":"Tell Reeve: ask"}
    run_shell_command {"command":"reeve-agent result 'It is \`done\`.'","description":"Tell Reeve: result"}"
  `);
});
