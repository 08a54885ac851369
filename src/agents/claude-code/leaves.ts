import type { PermissionDecision, PermissionRequest } from '../../domain/run/permission.ts';
import { permissionRequest, toolUse } from './permissions.ts';
import { isToolOff } from './start.ts';

/** A wish for leave as the program puts it. */
export type Wish = {
  readonly id: string;
  readonly toolName: string;
  readonly input: Readonly<Record<string, unknown>>;
};

type Desk = {
  readonly repoPath: string;
  onRequest(request: PermissionRequest): void;
  decide(request: PermissionRequest): Promise<PermissionDecision>;
  /** Tells the program; `input` is what it may run. */
  answer(wish: Wish, decision: PermissionDecision): void;
  /** It asks for ever. */
  onTooMany(): void;
};

export const WISHES_MAX = 1000; // of one run; a person would have stopped answering long before
const OPEN_WISHES_MAX = 16; // each keeps its whole input, and the program runs no more than ten tools side by side
const SUBJECT_CHARS_MAX = 16_000; // what a rule, and a person, can be asked to judge

/** Carries wishes for leave to whoever decides, and the answers back, in any order; after `close` none is answered. */
export class Leaves {
  readonly #desk: Desk;
  readonly #open = new Map<string, Wish>();
  #asked = 0;
  #isClosed = false;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  ask(wish: Wish): void {
    if (this.#isClosed || this.#open.has(wish.id)) return; // said twice: one answer
    this.#asked += 1;
    const refusal = this.#refusal(wish);
    if (this.#asked > WISHES_MAX) this.#desk.onTooMany();
    if (refusal !== null) this.#desk.answer(wish, refusal);
    else this.#carry(wish);
  }

  /** The program waits for this answer no more. */
  withdraw(id: string): void {
    this.#open.delete(id);
  }

  close(): void {
    this.#isClosed = true;
    this.#open.clear();
  }

  #carry(wish: Wish): void {
    const request = permissionRequest(wish.id, wish.toolName, toolUse(wish.toolName, wish.input, this.#desk.repoPath));
    this.#open.set(wish.id, wish);
    const settle = (decision: PermissionDecision): void => {
      if (this.#open.get(wish.id) !== wish) return; // withdrawn meanwhile, or its name was used again
      this.#open.delete(wish.id);
      this.#desk.answer(wish, decision);
    };
    this.#desk.onRequest(request);
    this.#desk.decide(request).then(settle, () => settle({ verdict: 'deny', why: 'Nobody could be asked.' }));
  }

  /** What needs nobody's decision. Reeve judges each of its own verbs when it is used, so those are not asked about. */
  #refusal({ toolName, input }: Wish): PermissionDecision | null {
    if (this.#asked > WISHES_MAX) return { verdict: 'deny', why: 'It asked too often.' };
    if (toolName.startsWith('mcp__reeve__')) return { verdict: 'allow' };
    if (isToolOff(toolName)) return { verdict: 'deny', why: 'This tool is switched off. Ask with the tools of reeve.' };
    if (this.#open.size >= OPEN_WISHES_MAX) return { verdict: 'deny', why: 'Too many requests wait for an answer.' };
    if (toolUse(toolName, input, this.#desk.repoPath).subject.length > SUBJECT_CHARS_MAX) {
      return { verdict: 'deny', why: 'It is too long to be judged. Write it to a file, or do it in smaller steps.' };
    }
    return null;
  }
}
