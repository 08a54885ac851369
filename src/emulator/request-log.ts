import { appendFileSync } from 'node:fs';

/** One request to the API or to git, as it came and as it was answered. */
export type RequestRecord = {
  /** Epoch ms. */
  readonly at: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  /** `anonymous`, a login, `app:SLUG` or `SLUG[bot]`. */
  readonly actor: string;
  /** Every way in which the request breaks GitHub's contract. */
  readonly problems: readonly string[];
};

export type RequestLog = {
  add(record: RequestRecord): void;
  all(): readonly RequestRecord[];
};

const RECORDS_MAX = 200_000; // the oldest are forgotten; the file keeps all

/** Keeps requests in memory and, when a file is given, as a JSON line each. */
export function createRequestLog(file: string | null): RequestLog {
  const records: RequestRecord[] = [];
  return {
    add(record) {
      records.push(record);
      if (records.length > RECORDS_MAX) records.shift();
      if (file !== null) appendFileSync(file, `${JSON.stringify({ ...record, body: record.body ?? null })}\n`);
    },
    all: () => records,
  };
}
