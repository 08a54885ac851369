import type { IncomingMessage, ServerResponse } from 'node:http';

import { z, ZodError } from 'zod';

import { messageOf } from '../lib/errors.ts';
import { actSchema } from './act/acts.ts';
import { ActRefused } from './act.ts';
import type { Control } from './control.ts';
import { Refusal } from './errors.ts';
import { faultSchema } from './faults/fault.ts';
import { parseJson, readBytes } from './read-body.ts';
import { repositorySeed } from './seed.ts';
import { threadText } from './thread-text.ts';

type Lever = (control: Control, input: { readonly body: unknown; readonly query: URLSearchParams }) => unknown;

const limits = z
  .strictObject({
    core: z.number(),
    graphql: z.number(),
    search: z.number(),
    restPointsPerMinute: z.number(),
    graphqlPointsPerMinute: z.number(),
    contentPerMinute: z.number(),
    contentPerHour: z.number(),
    concurrency: z.number(),
    isSecondaryEnforced: z.boolean(),
  })
  .partial();

/** Every lever over HTTP: method and path under `/_emulator/`. */
const levers: Readonly<Record<string, Lever>> = {
  'GET app': (control) => control.app(),
  'POST act': (control, { body }) => control.act(actSchema.parse(body)),
  'POST repositories': (control, { body }) => control.addRepository(repositorySeed.parse(body)),
  'POST tokens': (control, { body }) => ({
    token: control.userToken(z.object({ login: z.string() }).parse(body).login),
  }),
  'PUT webhook': (control, { body }) => control.setWebhookUrl(z.object({ url: z.url().nullable() }).parse(body).url),
  'GET faults': (control) => control.faults(),
  'POST faults': (control, { body }) => ({ id: control.addFault(faultSchema.parse(body)) }),
  'DELETE faults': (control, { query }) => {
    const id = query.get('id');
    if (id === null) control.clearFaults();
    else control.clearFaults(Number(id));
  },
  'GET requests': (control) => control.requests(),
  'GET response-problems': (control) => control.responseProblems(),
  'GET meters': (control) => control.meters(),
  'PUT limits': (control, { body }) => control.setLimits(definedOnly(limits.parse(body))),
  'GET thread': (control, { query }) => {
    const thread = control.thread(query.get('repo') ?? '', Number(query.get('number')));
    return query.get('format') === 'text' ? threadText(thread) : thread;
  },
  'GET threads': (control, { query }) => control.threads(query.get('repo') ?? ''),
  'GET check-runs': (control, { query }) => control.checkRuns(query.get('repo') ?? ''),
  'GET deliveries': (control) => control.deliveries(),
  'GET delivery': (control, { query }) => control.delivery(Number(query.get('id'))),
  'POST settle': (control) => control.settle(),
  'POST clock': (control, { body }) => control.advanceClock(z.object({ advanceMs: z.number() }).parse(body).advanceMs),
};

/** Such as `GET thread`: the method, and the path under `/_emulator/`. */
export const leverNames: readonly string[] = Object.keys(levers);

/** Answers a request under `/_emulator/`: JSON in, JSON out (or text, where a lever gives it), no credential. */
export async function serveControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://emulator');
  const lever = levers[`${request.method ?? 'GET'} ${url.pathname.slice('/_emulator/'.length)}`];
  const send = (status: number, body: unknown): void => {
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': `${isText ? 'text/plain' : 'application/json'}; charset=utf-8` });
    response.end(isText ? body : `${JSON.stringify(body ?? null)}\n`);
  };
  if (lever === undefined) {
    send(404, { message: 'No such lever', levers: leverNames });
    return;
  }
  try {
    const body = parseJson(await readBytes(request));
    send(200, await lever(control, { body, query: url.searchParams }));
  } catch (error) {
    const status = error instanceof ActRefused || error instanceof Refusal ? error.status : 422;
    if (!(error instanceof ZodError) && status === 422 && !(error instanceof ActRefused)) throw error;
    send(status, { message: messageOf(error) });
  }
}

/** Without the keys that are absent: what is not named stays as it is. */
function definedOnly<Value extends object>(value: Value): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Value]?: Exclude<Value[Key], undefined> };
}
