import { clip, clipToLine } from '../clip.ts';
import { fieldsOf, listOf, textOf, type Fields } from './untrusted.ts';

const CALLS_MAX = 500; // far more than any agent has open at once; the oldest is forgotten first
const PATHS_MAX = 50; // a change of more files at once is judged by nobody path by path
const SUBJECT_CHARACTERS_MAX = 4000; // a command line that people can still read
const TITLE_CHARACTERS_MAX = 200;
const NAME_CHARACTERS_MAX = 80;
const ID_CHARACTERS_MAX = 300; // longer ones name nothing that we keep

/** What is known of one use of a tool; agents tell it piece by piece. */
export type ToolCall = {
  readonly id: string;
  /** As the agent calls the tool; its kind where it does not say. */
  readonly name: string;
  readonly kind: string;
  readonly title: string;
  /** What it is used with, as text to look at; null while that is unknown. */
  readonly input: string | null;
  readonly command: string | null;
  readonly url: string | null;
  readonly paths: readonly string[];
  /** More was told than people could read or rules could judge: what is beyond would go unseen. */
  readonly isBeyondJudging: boolean;
  readonly wasShown: boolean;
  readonly isOver: boolean;
};

/** The tools in use, by their ids. */
export type ToolCalls = {
  /** A call as it stands after this message, which is about it; null when it names none. `isNew`: it opens the call. */
  learn(message: Fields, isNew: boolean): ToolCall | null;
  /** The same, for this once: what is asked for under a call's id may be less or more than the call. */
  look(message: Fields): ToolCall | null;
  note(call: ToolCall): void;
};

export function createToolCalls(): ToolCalls {
  const calls = new Map<string, ToolCall>();
  return {
    learn(message, isNew) {
      const call = seen(message, isNew);
      if (call !== null) note(call);
      return call;
    },
    look: (message) => seen(message, false),
    note,
  };

  function seen(message: Fields, isNew: boolean): ToolCall | null {
    const id = textOf(message['toolCallId']);
    if (id === null || id.length > ID_CHARACTERS_MAX) return null;
    return merged((isNew ? undefined : calls.get(id)) ?? fresh(id), message);
  }

  function note(call: ToolCall): void {
    calls.delete(call.id);
    calls.set(call.id, call);
    if (calls.size <= CALLS_MAX) return;
    for (const oldest of calls.keys()) {
      calls.delete(oldest);
      return;
    }
  }
}

function fresh(id: string): ToolCall {
  const unknown = { name: '', kind: 'other', title: '', input: null, command: null, url: null, paths: [] };
  return { id, ...unknown, isBeyondJudging: false, wasShown: false, isOver: false };
}

function merged(known: ToolCall, message: Fields): ToolCall {
  const input = fieldsOf(message['rawInput']);
  const kind = textOf(message['kind']) ?? known.kind;
  const title = clipToLine(textOf(message['title']) ?? known.title, TITLE_CHARACTERS_MAX);
  const paths = pathsOf(message, input);
  const command = commandOf(message, input, kind) ?? known.command;
  const url = textOf(input['url']) ?? known.url;
  const judged = [...(paths.length > 0 ? paths : known.paths), command ?? '', url ?? ''];
  return {
    ...known,
    kind: clipToLine(kind, NAME_CHARACTERS_MAX),
    title,
    input: Object.keys(input).length === 0 ? known.input : clipToLine(JSON.stringify(input), TITLE_CHARACTERS_MAX),
    name: known.name || nameOf(message, known.id) || title || kind,
    command: command && clip(command, SUBJECT_CHARACTERS_MAX),
    url: url && clip(url, SUBJECT_CHARACTERS_MAX),
    paths: (paths.length > 0 ? paths : known.paths)
      .slice(0, PATHS_MAX)
      .map((path) => clip(path, SUBJECT_CHARACTERS_MAX)),
    isBeyondJudging:
      judged.length > PATHS_MAX + 2 ||
      judged.some((part) => part.length > SUBJECT_CHARACTERS_MAX) ||
      known.isBeyondJudging,
  };
}

/** Gemini begins an id with the tool's name; OpenCode's first title is the name. */
function nameOf(message: Fields, id: string): string | null {
  const named = textOf(message['name']) ?? /^([a-z_]+)__\1_/.exec(id)?.[1] ?? null;
  const title = textOf(message['title']);
  const first = title !== null && /^[\w.-]+$/.test(title) ? title : null;
  const name = named ?? first;
  return name === null ? null : clipToLine(name, NAME_CHARACTERS_MAX);
}

/** Whole, and with the line ends that a title loses: it is judged as what will be run. */
function commandOf(message: Fields, input: Fields, kind: string): string | null {
  const told = input['command'];
  if (Array.isArray(told)) return told.every((word) => typeof word === 'string') ? told.join(' ') : null;
  return textOf(told) ?? (kind === 'execute' && Object.keys(input).length === 0 ? textOf(message['title']) : null);
}

function pathsOf(message: Fields, input: Fields): readonly string[] {
  const found = [
    ...listOf(message['locations']).map((location) => fieldsOf(location)['path']),
    ...listOf(message['content']).map((part) => fieldsOf(part)['path']),
    ...['filePath', 'filepath', 'file_path', 'path'].map((name) => input[name]),
  ];
  return [...new Set(found.flatMap((path) => textOf(path) ?? []))];
}
