import { readdirSync, readFileSync } from 'node:fs';

/** Every process whose environment or command line names the directory. Zombies have ended. */
export function processesOf(directory: string): { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      const isNamed = command.includes(directory) || read(`/proc/${pid}/environ`).includes(directory);
      return isNamed && !/\) [ZX] /.test(read(`/proc/${pid}/stat`)) ? [{ pid: Number(pid), command }] : [];
    });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it has ended, or is not ours
  }
}
