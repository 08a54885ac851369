import { readFileSync } from 'node:fs';

import { createChecks, type Checks } from './contract/checks.ts';
import { child, isRecord, type Json } from './contract/json.ts';
import { withoutMistakes } from './contract/mistakes.ts';
import { findOperation, listOperations, type Match } from './contract/operations.ts';
import { withoutNullable } from './contract/nullable.ts';
import { unknownProperties } from './contract/unknown-properties.ts';

export type Contract = {
  /**
   * Every way in which a request breaks GitHub's contract: unknown operation, missing, mistyped or unknown body property, bad or
   * unknown query parameter. `body` is the parsed JSON, or undefined when the request had none. Empty when the request is sound.
   */
  requestProblems(request: ContractRequest): readonly string[];
  /**
   * Every way in which an answer breaks it: a status that GitHub does not give there, a body that does not match its schema.
   * Only for JSON answers (and empty ones, with body undefined); raw media types have no schema.
   */
  responseProblems(response: ContractResponse): readonly string[];
  /** The template, such as '/repos/{owner}/{repo}/issues', or null when the contract has no such operation. */
  operation(method: string, path: string): string | null;
};

export type ContractRequest = {
  readonly method: string;
  /** As it was sent (percent-encoded), without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
};

export type ContractResponse = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
};

/** Reads GitHub's OpenAPI extract (147 operations); schemas are compiled at their first use. */
export function loadContract(): Contract {
  const document: unknown = JSON.parse(readFileSync(new URL('./github-openapi.json', import.meta.url), 'utf8'));
  if (!isRecord(document)) throw new Error('github-openapi.json is not an object');
  const plain = withoutNullable(withoutMistakes(document));
  const operations = listOperations(plain);
  const checks = createChecks(plain);
  return {
    operation: (method, path) => findOperation(operations, method, path)?.operation.template ?? null,
    requestProblems(request) {
      const match = findOperation(operations, request.method, request.path);
      if (!match) return [`GitHub has no operation ${request.method} ${request.path} in this contract`];
      return [
        ...checks.pathProblems(match),
        ...checks.queryProblems(match.operation, request.query),
        ...bodyProblems({ document: plain, checks, match, body: request.body }),
      ];
    },
    responseProblems(response) {
      const match = findOperation(operations, response.method, response.path);
      if (!match) return response.status === 404 ? [] : [`no operation ${response.method} ${response.path}`];
      return answerProblems({ checks, match, response });
    },
  };
}

type BodyCheck = { readonly document: Json; readonly checks: Checks; readonly match: Match; readonly body: unknown };

function bodyProblems({ document, checks, match, body }: BodyCheck): readonly string[] {
  const requestBody = match.operation.definition['requestBody'];
  if (requestBody === undefined) return body === undefined ? [] : ['the operation takes no body'];
  if (body === undefined) return child(requestBody, 'required') === true ? ['the body is missing'] : [];
  const pointer = ['requestBody', 'content', 'application/json', 'schema'];
  const schema = pointer.slice(1).reduce<unknown>(child, requestBody);
  return [...checks.problems(match.operation, pointer, body), ...unknownProperties(document, schema, body)];
}

/** Statuses that any GitHub operation may answer with, documented there or not. */
const commonStatuses = new Set([
  202, 301, 304, 307, 401, 403, 404, 405, 406, 409, 410, 415, 422, 429, 500, 502, 503, 504,
]);

type AnswerCheck = {
  readonly checks: Checks;
  readonly match: Match;
  readonly response: ContractResponse;
};

function answerProblems({ checks, match, response }: AnswerCheck): readonly string[] {
  const { status, body } = response;
  const documented = child(match.operation.definition['responses'], String(status));
  if (documented === undefined && !commonStatuses.has(status)) return [`status ${status} is not documented`];
  if (status === 204 || status === 304) return body === undefined ? [] : [`a ${status} has no body`];
  if (response.method.toUpperCase() === 'HEAD') return [];
  const target = checks.resolve(documented, ['responses', String(status)], match.operation);
  if (target && isRecord(child(child(target.value, 'content'), 'application/json'))) {
    return checks.problemsAt([...target.pointer, 'content', 'application/json', 'schema'], body);
  }
  if (status >= 500 || status < 400) return [];
  return typeof child(body, 'message') === 'string' ? [] : ['an error body has a "message"'];
}
