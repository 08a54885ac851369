import type { Readable, Writable } from 'node:stream';

import type { AgentEvent, ConversationEnd, ConversationMark } from '../domain/run/conversation.ts';
import type { RunId, SessionId } from '../domain/ids.ts';
import type { PermissionDecision, PermissionRequest } from '../domain/run/permission.ts';

/** How an agent reaches its model: by a proxy of this run alone. */
export type ModelAccess = {
  /** `http://127.0.0.1:PORT`, without a path, as the agent sees it. */
  readonly url: string;
  /** Works for this run only. */
  readonly bearer: string;
};

/** What an agent is told about its run. Paths are absolute and mean the same inside its sandbox. */
export type AgentTask = {
  readonly runId: RunId;
  readonly sessionId: SessionId;
  /** Our own name of the conversation (a UUID), the same in every run of a session. */
  readonly conversationId: string;
  /** It has worked in this conversation before and is to go on. */
  readonly isResume: boolean;
  /** What it called the conversation itself when it was last heard; null when it never was. */
  readonly mark: ConversationMark | null;
  readonly prompt: string;
  readonly promptPath: string;
  /** Append-only; one JSON line per typed output. */
  readonly outputPath: string;
  /** Where it works. */
  readonly repoPath: string;
  /** Its own home: it may write there, and finds it again in the next run of the session. */
  readonly homePath: string;
  /** Where the files of `AgentStart.files` will stand: readable for it, not writable. */
  readonly filesPath: string;
  readonly model: string | null;
  /** Null: it uses keys of its own environment, or none. */
  readonly access: ModelAccess | null;
  /** Starts the MCP server with our verbs on stdio. */
  readonly mcpServer: readonly [string, ...string[]];
  /** Whether it is to ask for leave before it uses a tool; otherwise the sandbox is all that holds it. */
  readonly mustAsk: boolean;
};

/** How its program is started; the environment is added to the allow-listed one. */
export type AgentStart = {
  readonly argv: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** Texts of files that it reads, without secrets, by their names below `filesPath`: plain, or in one directory (`a/b`). */
  readonly files?: Readonly<Record<string, string>>;
};

/** Its program's stdin and stdout, and whom to tell. */
export type Channel = {
  readonly input: Writable;
  /** Bytes as they come, within the caps of the run host. */
  readonly output: Readable;
  onEvent(event: AgentEvent): void;
  /** May take for ever; an agent that is interrupted meanwhile must not wait for it. */
  decide(request: PermissionRequest): Promise<PermissionDecision>;
  /** Epoch ms. */
  now(): number;
};

/** A live exchange with one agent. */
export type Conversation = {
  /**
   * Resolves once, when it is over: all turns are done, it was interrupted, or its output ended. Its program is then told to
   * end (its stdin is closed) and may take a moment. Never rejects.
   */
  readonly ended: Promise<ConversationEnd>;
  /** Says something while it works. True once the agent has taken it up; false when the conversation is over before. */
  tell(text: string): Promise<boolean>;
  /** Ends the turn in hand, so that `ended` comes soon. Never rejects. */
  interrupt(): Promise<void>;
};

/** The adapter of one coding program. It only says how; the run host starts, watches and ends. */
export type Agent = {
  start(task: AgentTask): AgentStart;
  /** Absent: it reads its prompt from the file, speaks by typed outputs alone, and its exit code is its end. */
  converse?(task: AgentTask, channel: Channel): Conversation;
};
