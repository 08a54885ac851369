import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const STORY_MS_MAX = 15 * 60_000; // four runs of an agent that may need a minute each to go on
const OUTPUT_BYTES_MAX = 10_000_000;

/** Whether the demo's whole story comes true with a real agent, and the agent remembers across the restart; else why not. */
export async function tellStory(name: string, program: string): Promise<string | null> {
  const args = ['dist/bin/reeve.js', 'demo', '--agent', name, '--agent-program', program, '--json'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      ...{ timeout: STORY_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX },
    });
    const facts = JSON.parse(stdout) as { readonly remembers?: boolean };
    return facts.remembers === true ? null : 'it did not remember what it was told before';
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr?.trim().split('\n').at(-1) || message).slice(0, 500);
  }
}
