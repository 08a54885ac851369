import { forEachChild, parse, type Redirection, type SyntaxNode, type Word, type WordPart } from 'unbash';

import { commandOf, type SimpleCommand } from './simple-command.ts';

const CHARACTERS_MAX = 4000; // nobody reads a longer one before allowing it
const DEPTH_MAX = 4; // `sh -c` in `sh -c`: deeper than that is meant to hide something

/** What a command line would run, as far as its text tells. */
export type ShellReading = {
  /** Every simple command in it, also those in substitutions, functions and branches. */
  readonly commands: readonly SimpleCommand[];
  /** It does nothing but run these commands with these words: no redirection to a file, no variable, no pattern, no loop. */
  readonly isPlain: boolean;
  /** No command can be in it that is not among these; a word that is not known is null in them. */
  readonly isWhole: boolean;
};

/** Reads a command line as bash would. What is not understood for sure is neither plain nor whole. */
export function readShellCommand(text: string): ShellReading {
  return readText(text, 1);
}

/** Characters that a terminal hides or a locale may take for a space. */
const odd = /[^\P{C}\n\t]|[^\P{Z} ]/u;

function readText(text: string, depth: number): ShellReading {
  if (text.length > CHARACTERS_MAX || depth > DEPTH_MAX) return { commands: [], isPlain: false, isWhole: false };
  const commands: SimpleCommand[] = [];
  let isPlain = !odd.test(text);
  let isWhole = isPlain;
  const visit = (node: SyntaxNode): void => {
    if (isDamaged(node)) isWhole = false;
    if (!isPlainNode(node)) isPlain = false;
    if (node.type === 'Command' && node.name !== undefined) {
      const words = [node.name, ...node.args].map((word) => (word.type === 'Word' ? literalOf(word) : null));
      const read = commandOf(words, (script) => readText(script, depth + 1));
      commands.push(read.command);
      isPlain &&= read.isPlain && !words.includes(null);
      isWhole &&= read.isWhole;
    }
    forEachChild(node, visit);
  };
  try {
    visit(parse(text));
  } catch {
    // Nested too deeply for the stack, or a mistake of the parser: it is as good as not read.
    return { commands, isPlain: false, isWhole: false };
  }
  return { commands, isPlain: isPlain && isWhole && !leavesItsPlace(commands), isWhole };
}

// What a plain line may consist of. Everything else is looked into, and makes the line not plain.
const plainNodes: readonly string[] = [
  ...['Script', 'Statement', 'Pipeline', 'AndOr', 'Subshell', 'BraceGroup', 'CompoundList'],
  ...['Time', 'Negation', 'Word', 'Literal', 'SingleQuoted', 'DoubleQuoted', 'AnsiCQuoted', 'FileDescriptor'],
];

function isPlainNode(node: SyntaxNode): boolean {
  if (node.type === 'Redirect') return isHarmless(node);
  if (node.type === 'Command') return !node.prefix.some((part) => part.type === 'Assignment');
  return plainNodes.includes(node.type);
}

/** What the parser could not read, or a substitution whose inside it did not give. */
function isDamaged(node: SyntaxNode): boolean {
  if (node.type === 'Script') return 'errors' in node && (node.errors?.length ?? 0) > 0;
  return (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') && node.script === undefined;
}

/** Nothing is read or written but what the command has open anyway. */
function isHarmless(redirection: Extract<Redirection, { type: 'Redirect' }>): boolean {
  const { operator, descriptor, target } = redirection;
  if (descriptor?.type === 'FileDescriptorVariable' || target === undefined) return false;
  const to = literalOf(target);
  if (operator === '>&' || operator === '<&') return to !== null && /^(?:\d+|-)$/.test(to);
  return to === '/dev/null' && operator !== '<>';
}

// Unquoted, these stand for themselves; `~` only where bash expands it nowhere.
const unquoted = /^(?:\\[^\n]|(?<![=:]|^)~|[^\s\\'"$`*?[\]{}()<>|&;!~])*$/;

/** The word as the program gets it, or null when that is not known from the text alone. */
function literalOf(word: Word): string | null {
  if (word.text === '{}') return word.value; // find(1) and xargs(1) know it, bash does not
  if (word.parts === undefined) return unquoted.test(word.text) ? word.value : null;
  return word.parts.every((part, index) => isLiteral(part, index)) ? word.value : null;
}

function isLiteral(part: WordPart, index: number): boolean {
  switch (part.type) {
    case 'Literal':
      return unquoted.test(index === 0 ? part.text : `x${part.text}`) && !/[=:]$/.test(part.text);
    case 'SingleQuoted':
      return true;
    case 'AnsiCQuoted':
      return /^\$'(?:[^\\]|\\[nrt\\'"])*'$/.test(part.text);
    case 'DoubleQuoted':
      return part.parts.every((child) => child.type === 'Literal' && /^(?:\\[^]|[^\\$`])*$/.test(child.text));
    case 'Glob':
    case 'LocaleString':
    case 'SimpleExpansion':
    case 'ParameterExpansion':
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
    case 'ProcessSubstitution':
    case 'ExtendedGlob':
    case 'BraceExpansion':
      return false;
  }
}

const movers: readonly (string | null | undefined)[] = ['cd', 'pushd', 'popd'];

/** After a change of directory a relative program is not the one that a rule has named. */
function leavesItsPlace(commands: readonly SimpleCommand[]): boolean {
  const from = commands.findIndex(({ words }) => movers.includes(words[0]));
  return from !== -1 && commands.slice(from + 1).some(isRelative);
}

function isRelative({ words, inner }: SimpleCommand): boolean {
  return /^[^/]+\//.test(words[0] ?? '') || inner.some(isRelative);
}
