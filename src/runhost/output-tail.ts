import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';

import type { agentOutput as outputSchema, AgentOutput } from '../domain/run/output.ts';
import { hiddenMarker } from '../domain/run/hidden-marker.ts';
import type { Redactor } from '../lib/redact.ts';

export const OUTPUT_FILE_BYTES_MAX = 1_000_000; // a thousand lines of a thousand characters; nobody reads more
const OUTPUT_LINES_MAX = 1000; // more than any honest run writes

/** Why an output cannot be accepted; the detail is one sentence. */
export type OutputFault = {
  readonly reason: 'bad-output' | 'forged-marker' | 'output-flood';
  readonly detail: string;
};

type Batch = { readonly outputs: readonly AgentOutput[]; readonly fault: OutputFault | null };

/** Reads what the agent appends to `output.jsonl`. */
export type OutputTail = {
  /** What came since the last read. After a fault nothing more is accepted. `isLast` takes a line without its end, too. */
  read(isLast?: boolean): Promise<Batch>;
  /** Bytes seen so far. */
  size(): number;
  close(): void;
};

/**
 * Creates the file and keeps it open, so that replacing it changes nothing for us. Whatever is in it is hostile: each
 * line must be one output of the protocol, within the caps, without a marker of ours. Texts come back redacted.
 */
export function openOutputTail(path: string, redact: Redactor): OutputTail {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  const bytes = Buffer.alloc(OUTPUT_FILE_BYTES_MAX);
  let size = 0;
  let parsedTo = 0;
  let lines = 0;
  let fault: OutputFault | null = null;

  const takeLine = (line: string, schema: OutputSchema): AgentOutput[] => {
    if (fault || line.trim() === '') return [];
    lines += 1;
    const accepted =
      lines > OUTPUT_LINES_MAX ? flood(`more than ${OUTPUT_LINES_MAX} lines`) : parseOutput(line, { schema, redact });
    if ('reason' in accepted) {
      fault = accepted;
      return [];
    }
    return [accepted];
  };

  return {
    async read(isLast = false) {
      const { size: sizeNow } = fstatSync(file);
      if (sizeNow > OUTPUT_FILE_BYTES_MAX) {
        fault ??= flood(`more than ${OUTPUT_FILE_BYTES_MAX} bytes`);
        ftruncateSync(file, OUTPUT_FILE_BYTES_MAX); // gives the disk back
      }
      for (;;) {
        const read = readSync(file, bytes, size, bytes.length - size, size);
        if (read === 0) break;
        size += read;
      }
      const end = isLast ? size : bytes.lastIndexOf(0x0a, size - 1) + 1;
      if (size === 0 || end <= parsedTo) return { outputs: [], fault };
      const text = bytes.toString('utf8', parsedTo, end);
      parsedTo = end;
      // Loaded when an agent first speaks: it takes a quarter of the memory of a host whose agent is silent.
      const { agentOutput } = await import('../domain/run/output.ts');
      return { outputs: text.split('\n').flatMap((line) => takeLine(line, agentOutput)), fault };
    },
    size: () => size,
    close: () => closeSync(file),
  };
}

type OutputSchema = typeof outputSchema;
type Checks = { readonly schema: OutputSchema; readonly redact: Redactor };

function parseOutput(line: string, { schema, redact }: Checks): AgentOutput | OutputFault {
  let json: unknown;
  let decoded: string;
  try {
    json = JSON.parse(line);
    decoded = JSON.stringify(json); // escapes cannot carry a marker past us; nesting without end throws
  } catch {
    return { reason: 'bad-output', detail: `It wrote a line that is not JSON: ${excerpt(redact(line))}` };
  }
  if (hiddenMarker.test(decoded)) {
    return { reason: 'forged-marker', detail: 'It wrote a hidden marker as only Reeve may write it.' };
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.');
    return {
      reason: 'bad-output',
      detail: `It wrote an unknown output (${where ? `${where}: ` : ''}${issue?.message}).`,
    };
  }
  const clean = schema.safeParse(redacted(parsed.data, redact));
  return clean.success ? clean.data : { reason: 'bad-output', detail: 'It wrote a text that is too long.' };
}

function redacted(output: AgentOutput, redact: Redactor): AgentOutput {
  switch (output.kind) {
    case 'ask':
      return { ...output, question: redact(output.question), options: output.options.map(redact) };
    case 'progress':
    case 'gap':
      return { ...output, text: redact(output.text) };
    case 'result':
      return { ...output, summary: redact(output.summary) };
    case 'spend':
      return output;
    case 'propose-issue':
      return { ...output, title: redact(output.title), body: redact(output.body) };
  }
}

function flood(what: string): OutputFault {
  return { reason: 'output-flood', detail: `It wrote ${what} of typed outputs.` };
}

function excerpt(line: string): string {
  return JSON.stringify(line.slice(0, 80));
}
