import { visible } from './visible.ts';

/**
 * Where a repository says how agents are to work in it. Any agent gets all of them: which one it was written for does not
 * change what the maintainers want. In this order, and the same text only once.
 */
export const instructionPaths = [
  'AGENTS.md', // agents.md: codex, opencode and many others
  'CLAUDE.md', // Claude Code
  '.claude/CLAUDE.md', // Claude Code, its other place
  'GEMINI.md', // Gemini CLI
  '.github/copilot-instructions.md', // GitHub Copilot
] as const;

/** The largest of such a file that is read; what is longer is a book, and left out as a whole. */
export const INSTRUCTION_BYTES_MAX = 64 * 1024;
const INSTRUCTIONS_CHARACTERS_MAX = 40_000; // together: as much as a long issue

export type Instructions = {
  readonly files: readonly { readonly path: string; readonly text: string; readonly charactersMax: number }[];
  readonly leftOut: readonly string[];
};

/** What was found, without what was found before, each as long as there is room. */
export function instructionsOf(
  found: readonly { readonly path: string; readonly isFile: boolean; readonly text: string | null }[],
): Instructions {
  const files: { readonly path: string; readonly text: string; readonly charactersMax: number }[] = [];
  const leftOut: string[] = [];
  let room = INSTRUCTIONS_CHARACTERS_MAX;
  for (const path of instructionPaths) {
    const file = found.find((one) => one.path === path);
    if (!file?.isFile) continue; // a link mostly leads to another of them
    const text = file.text === null ? null : visible(file.text).trim();
    // A file that only points at another one, as CLAUDE.md often does, adds nothing.
    if (text === '' || /^@[\w./-]+$/.test(text ?? '') || files.some((one) => one.text === text)) continue;
    if (text === null || room <= 0) {
      leftOut.push(path);
      continue;
    }
    files.push({ path, text, charactersMax: room });
    room -= text.length;
  }
  return { files, leftOut };
}
