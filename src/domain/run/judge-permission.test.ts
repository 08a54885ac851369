import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';

import { judgePermission } from './judge-permission.ts';
import { sandboxAlone, type PermissionPolicy, type PermissionTool } from './permission.ts';
import { readShellCommand } from './shell-command.ts';

const rules = (tool: PermissionTool, ...subjects: (string | null)[]) => subjects.map((subject) => ({ tool, subject }));

const policy = (changes: Partial<PermissionPolicy>): PermissionPolicy => ({
  ...sandboxAlone,
  otherwise: 'ask',
  ...changes,
});

/** Allows to look and to test, and forbids to push and to remove. */
const careful = policy({
  allow: rules(
    'shell',
    'ls **',
    'cat **',
    'npm test',
    'npm run *',
    'git status',
    'git log **',
    'echo **',
    'cd *',
    'find **',
    './build.sh',
  ),
  deny: rules('shell', 'git push **', 'rm **', 'curl **'),
});

const shell = (subject: string, by = careful) => judgePermission(by, { tool: 'shell', subject }).verdict;

describe('a command line', () => {
  test.each([
    // Allowed as it stands, however it is written.
    ['ls', 'allow'],
    ['ls -la src', 'allow'],
    ['l"s" -la', 'allow'],
    ["'ls' $'-la'", 'allow'],
    ['\\ls', 'allow'],
    ['npm test', 'allow'],
    ['npm run build', 'allow'],
    ['ls && npm test', 'allow'],
    ['ls; cat a | cat', 'allow'],
    ['ls || npm test\nls', 'allow'],
    ['(ls; cat a) & ls', 'allow'],
    ['{ ls; }', 'allow'],
    ['! ls', 'allow'],
    ['ls 2>&1 >/dev/null', 'allow'],
    ['ls # rm -rf /', 'allow'],
    ["echo 'a && rm -rf b; $(rm c)'", 'allow'],
    ['echo "it costs \\$5"', 'allow'],
    ['cat HEAD~1 a#b stash^', 'allow'],
    ["bash -lc 'ls && npm test'", 'allow'],
    ["/bin/sh -c 'ls'", 'allow'],
    ['timeout 10 npm test', 'allow'],
    ['nice -n 5 env ls', 'allow'],
    ['cd src && npm test', 'allow'],
    ['find . -name x', 'allow'],
    // Another command, or more of it, than a rule says.
    ['npm', 'ask'],
    ['npm test --prefix /elsewhere', 'ask'],
    ['npm run', 'ask'],
    ['git status --porcelain', 'ask'],
    ['/tmp/ls', 'ask'],
    ['lsof', 'ask'],
    ['ls && whoami', 'ask'],
    ['ls | sh', 'ask'],
    ['ls\nwhoami', 'ask'],
    ['ls;whoami', 'ask'],
    ['ls & whoami', 'ask'],
    ['', 'ask'],
    ['# ls', 'ask'],
    // What only the shell knows.
    ['ls $HOME', 'ask'],
    ['ls "$HOME"', 'ask'],
    ['ls $(whoami)', 'ask'],
    ['ls `whoami`', 'ask'],
    ['echo "$(whoami)"', 'ask'],
    ['cat <(whoami)', 'ask'],
    ['ls *', 'ask'],
    ['ls ~', 'ask'],
    ['ls {a,b}', 'ask'],
    ['cat [ab]', 'ask'],
    ['echo $((1+1))', 'ask'],
    // What is written, read or set besides.
    ['echo x > file', 'ask'],
    ['echo x >> ~/.bashrc', 'ask'],
    ['cat < /etc/passwd', 'ask'],
    ['ls &> out', 'ask'],
    ['cat <<EOF\n$(whoami)\nEOF', 'ask'],
    ['cat <<< x', 'ask'],
    ['PATH=/tmp ls', 'ask'],
    ['LD_PRELOAD=./x.so ls', 'ask'],
    ['env LD_PRELOAD=./x.so ls', 'ask'],
    ['export PATH=/tmp; ls', 'ask'],
    ['PATH=/tmp; ls', 'ask'],
    ['alias ls=whoami; ls', 'ask'],
    ['ls() { whoami; }; ls', 'ask'],
    ['cd /tmp && ./build.sh', 'ask'],
    ['cd /tmp && env ./build.sh', 'ask'],
    ['for i in a; do ls; done', 'ask'],
    ['if ls; then ls; fi', 'ask'],
    ['eval ls', 'ask'],
    ['source ./env', 'ask'],
    // What starts something else.
    ['sudo ls', 'ask'],
    ['env -S "whoami"', 'ask'],
    ['./env ls', 'ask'],
    ['echo a | xargs ls', 'ask'],
    ["sh -c 'ls; whoami'", 'ask'],
    ["sh -c 'ls' x; whoami", 'ask'],
    ['bash -O extglob -c ls', 'ask'],
    ['zsh -c ls', 'ask'],
    ['find . -exec whoami ;', 'ask'],
    ['find . -delete', 'ask'],
    ['find . -exec ls', 'ask'],
    // What cannot be read for sure.
    ['ls "unended', 'ask'],
    ['ls &&', 'ask'],
    ['ls )', 'ask'],
    ['ls\u00A0-la', 'ask'],
    ['ls \u202Etxt', 'ask'],
    ['ls\r', 'ask'],
    ['ls \u0000', 'ask'],
    [`ls ${'x'.repeat(4000)}`, 'ask'],
    [`${'('.repeat(1000)}ls`, 'ask'],
    // Forbidden, wherever it stands.
    ['git push', 'deny'],
    ['git push --force origin main', 'deny'],
    ['git pu"sh"', 'deny'],
    ['/usr/bin/git push', 'deny'],
    ['ls && git push', 'deny'],
    ['ls\nrm x', 'deny'],
    ['echo $(rm x)', 'deny'],
    ['echo "`rm x`"', 'deny'],
    ['cat <(curl example.org)', 'deny'],
    ['f() { rm x; }', 'deny'],
    ['if ls; then rm x; fi', 'deny'],
    ['A=1 rm x', 'deny'],
    ['> out rm x', 'deny'],
    ['rm $FILES', 'deny'],
    ['sudo -u root rm x', 'deny'],
    ['env A=1 rm x', 'deny'],
    ['timeout -s KILL 10 rm x', 'deny'],
    ['echo x | xargs -n1 rm', 'deny'],
    ['find . -name x -exec rm {} +', 'deny'],
    ['find . -exec ls {} ; -exec rm {} ;', 'ask'],
    ['find . -exec ls {} \\; -exec rm {} \\;', 'deny'],
    ["bash -lc 'ls; rm x'", 'deny'],
    [`sh -c "sh -c 'rm x'"`, 'deny'],
    ['eval rm x', 'deny'],
    // Perhaps forbidden: never allowed by a rule, nor by `otherwise`.
    ['git -C /tmp push', 'ask'],
    ['$CMD x', 'ask'],
    ['git $VERB', 'ask'],
    ['echo rm', 'ask'],
    ['ls | strace rm', 'ask'],
  ])('%j: %s', (line, verdict) => {
    expect(shell(line)).toBe(verdict);
    expect(shell(line, { ...careful, otherwise: 'deny' })).toBe(verdict === 'allow' ? 'allow' : 'deny');
  });

  test.each([
    ['whoami', 'allow'],
    ['echo x > file', 'allow'],
    ['ls $HOME', 'allow'],
    ['git -C /tmp push', 'ask'],
    ['$CMD x', 'ask'],
    ['ssh host "rm x"', 'ask'],
    ['curl-config | sh', 'ask'],
    ['source ./env', 'ask'],
    ['ls "unended', 'ask'],
    [`ls ${'x'.repeat(4000)}`, 'ask'],
    ['rm x', 'deny'],
  ])('where everything else is allowed, %j: %s', (line, verdict) => {
    expect(shell(line, { ...careful, otherwise: 'allow' })).toBe(verdict);
  });

  test('what people said to exactly this outranks what allows, and not what denies', () => {
    const wish = { tool: 'shell', subject: 'make "$TARGET" > log' } as const;
    expect(judgePermission(policy({ grants: [wish] }), wish).verdict).toBe('allow');
    expect(judgePermission(policy({ grants: [wish] }), { ...wish, subject: `${wish.subject} ` }).verdict).toBe('ask');
    expect(judgePermission(policy({ grants: [wish] }), { ...wish, tool: 'other' }).verdict).toBe('ask');
    expect(judgePermission(policy({ refusals: [wish], allow: rules('shell', null) }), wish).verdict).toBe('deny');
    expect(judgePermission(policy({ grants: [wish], deny: rules('shell', 'make **') }), wish).verdict).toBe('deny');
  });
});

describe('everything else', () => {
  test.each([
    ['edit', 'src/a.ts', 'src/**', 'allow'],
    ['edit', './src//a.ts', 'src/**', 'allow'],
    ['edit', 'src', 'src/**', 'allow'],
    ['edit', 'src/deep/a.ts', 'src/*', 'ask'],
    ['edit', 'src/../.github/x', 'src/**', 'ask'],
    ['edit', '/etc/src/a', 'src/**', 'ask'],
    ['edit', 'src/a\u202E.ts', 'src/**', 'ask'],
    ['read', 'a/b.md', '**.md', 'allow'],
    ['fetch', 'https://example.org/a?b#c', 'https://example.org/**', 'allow'],
    ['fetch', 'HTTPS://EXAMPLE.org/a', 'https://example.org/**', 'allow'],
    ['fetch', 'https://docs.example.org/', 'https://*.example.org/**', 'allow'],
    ['fetch', 'https://evil.example/#.example.org/', 'https://*.example.org/**', 'ask'],
    ['fetch', 'https://example.org@evil.example/', 'https://example.org**', 'ask'],
    ['fetch', 'https://example.org.evil.example/', 'https://example.org/**', 'ask'],
    ['fetch', 'file:///etc/passwd', '**', 'ask'],
    ['mcp', 'search', 'search', 'allow'],
    ['mcp', 'search all', 'search', 'ask'],
    ['other', 'anything', null, 'allow'],
  ] as const)('%s %j by the rule %j: %s', (tool, subject, rule, verdict) => {
    expect(judgePermission(policy({ allow: rules(tool, rule) }), { tool, subject }).verdict).toBe(verdict);
  });

  test.each([
    ['edit', '.github/./workflows/x', '.github/**', 'deny'],
    ['edit', 'src/../.github/x', '.github/**', 'ask'],
    ['fetch', 'https://a:b@example.org/', 'https://example.org/**', 'ask'],
    ['read', 'x', null, 'deny'],
  ] as const)('%s %j against the rule %j: %s', (tool, subject, rule, verdict) => {
    const otherwise = policy({ deny: rules(tool, rule), otherwise: 'allow' });
    expect(judgePermission(otherwise, { tool, subject }).verdict).toBe(verdict);
  });
});

test.each([
  ...['(', '{ ', '$(', '"$(', '`', '$((', '<(', 'if ', 'a() { ', '"${a:-', '! ', 'a|', '[[ ( ', '{a,', '@(', '<<a '],
  ...['case x in (', "sh -c '", 'eval ', 'env ', 'sudo ', 'find -exec ', 'nice find . -exec ', 'a=(', '*', '\\\n'],
])('what is nested without end is read to some end, and not allowed: %j', (piece) => {
  expect(shell(piece.repeat(3999 / piece.length))).toBe('ask');
});

describe('beside bash itself', () => {
  const directory = mkdtempSync(join(tmpdir(), 'reeve-shell-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  // Each command is told in a file of its own instead of being started: some of them go at the same time.
  const told = `() { printf '%s\\0' "$@" > "$TOLD/$BASHPID.$RANDOM"; return $(( RANDOM % 2 )); }`;
  const bash = (line: string): string[][] => {
    const env = { PATH: '/nonexistent', TOLD: directory, 'BASH_FUNC_command_not_found_handle%%': told };
    spawnSync('/bin/bash', ['--norc', '-c', line], { cwd: directory, env }); // ends when nobody holds its output any more
    return readdirSync(directory).map((name) => {
      const words = readFileSync(join(directory, name), 'utf8').split('\0').slice(0, -1);
      rmSync(join(directory, name));
      return words;
    });
  };
  const pieces = fc.constantFrom(
    ...['aa', 'bb', 'c', ' ', ' ', ' ', '\n', ';', '&&', '||', '|', '&', '(', ')', '{', '}', '"', "'", '\\', '#', '!'],
    ...[
      '$x',
      '$',
      '`',
      '*',
      '?',
      '~',
      '=',
      '>',
      '<',
      '[',
      ']',
      "$'",
      'é',
      '\t',
      'time',
      '-p',
      'then',
      'in',
      '\\\n',
      '"x y"',
    ],
  );

  test('a line that is plain runs the commands that were read, and no others', () => {
    const line = fc.array(pieces, { minLength: 1, maxLength: 9 }).map((parts) => `aa ${parts.join('')}`);
    let plain = 0;
    fc.assert(
      fc.property(line, (text) => {
        const reading = readShellCommand(text);
        if (!reading.isPlain) return;
        plain += 1;
        const read = reading.commands.map(({ words }) => JSON.stringify(words));
        for (const ran of bash(text)) expect(read).toContain(JSON.stringify(ran));
      }),
      { numRuns: 1500 },
    );
    expect(plain).toBeGreaterThan(20);
  }, 60_000);

  test('words that are quoted come out as they went in', () => {
    const word = fc.string({ maxLength: 8 }).map((text) => text.replace(/[^\P{C}]|[^\P{Z} ]/gu, ''));
    const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const { commands, isPlain } = readShellCommand(['aa', ...words.map(quote)].join(' '));
        expect({ words: commands[0]?.words, isPlain }).toEqual({ words: ['aa', ...words], isPlain: true });
      }),
    );
  });
});
