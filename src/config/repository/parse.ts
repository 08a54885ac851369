import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import type { z } from 'zod';

import {
  CONFIG_BYTES_MAX,
  contradictionsIn,
  repositoryConfigSchema,
  type ConfigMistake,
  type RepositoryConfig,
} from '../../domain/policy/repository-config.ts';
import { refusal, unknownKey, type Path } from './sentences.ts';

const MISTAKES_MAX = 20; // as many as a person mends before looking again

type Parsed =
  | { readonly outcome: 'good'; readonly config: RepositoryConfig }
  /** At least one, in the order of the text. */
  | { readonly outcome: 'mistaken'; readonly mistakes: readonly ConfigMistake[] };

/** Reads a configuration, or tells every mistake with its place. The text is hostile: any text gives one of the two. */
export function parseRepositoryConfig(text: string): Parsed {
  if (Buffer.byteLength(text) > CONFIG_BYTES_MAX) return mistaken([TOO_LARGE]);
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof RangeError) return mistaken([TOO_DEEP]); // groups in groups, deeper than this process can follow
    throw error;
  }
}

function parse(text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', schema: 'core' });
  const place = createPlace(document, lines);
  const broken = brokenYaml(document, place);
  if (broken.length > 0) return mistaken(broken);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { outcome: 'good', config: repositoryConfigSchema.parse({}) };
  }
  const values: unknown = document.toJS();
  const parsed = repositoryConfigSchema.safeParse(values);
  if (!parsed.success) return mistaken(parsed.error.issues.flatMap((issue) => tell(issue, values, place)));
  const contradictions = contradictionsIn(parsed.data).map(({ path, sentence }) => ({
    ...place.of(path),
    sentence: `\`${shown(path)}\`: ${sentence}`,
  }));
  return contradictions.length > 0 ? mistaken(contradictions) : { outcome: 'good', config: parsed.data };
}

const TOO_LARGE: ConfigMistake = {
  ...{ line: 1, column: 1 },
  sentence: `It is larger than ${CONFIG_BYTES_MAX / 1024} KiB; say it with fewer rules.`,
};

const TOO_DEEP: ConfigMistake = {
  ...{ line: 1, column: 1 },
  sentence: 'It nests far deeper than any key here does; write it anew.',
};

function mistaken(mistakes: readonly ConfigMistake[]): Parsed {
  const inOrder = mistakes.toSorted((one, other) => one.line - other.line || one.column - other.column);
  const distinct = new Map(inOrder.map((one) => [`${one.line}:${one.column} ${one.sentence}`, one]));
  return { outcome: 'mistaken', mistakes: [...distinct.values()].slice(0, MISTAKES_MAX) };
}

/** What is no YAML, and what of YAML is not read: a short text could stand for endless ones. */
function brokenYaml(document: Document.Parsed, place: Place): readonly ConfigMistake[] {
  const found: ConfigMistake[] = [...document.errors, ...document.warnings].map(({ code, pos, message }) => ({
    ...place.at(pos[0]),
    sentence: yamlSentences[code] ?? `This is no YAML (${message.split('\n')[0]?.replace(/ at line \d+.*/, '')}).`,
  }));
  visit(document, {
    Alias: (_, node) => {
      const sentence = `\`*${node.source}\` repeats another part of the file, which is not read here; write it out.`;
      found.push({ ...place.at(node.range?.[0] ?? 0), sentence });
    },
  });
  return found;
}

/** For the codes of the parser that people meet most. */
const yamlSentences: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'This key is there already; keep one of the two.',
  TAB_AS_INDENT: 'This line begins with a tab; indent with spaces.',
  BAD_INDENT: 'This line is not indented as those around it; lines of one group begin at the same column.',
  MULTIPLE_DOCS: 'A second document begins here, and only the first would count; remove the line `---`.',
  TAG_RESOLVE_FAILED: 'Tags that begin with `!` are not read here; remove it, or put the value into quotes.',
  MISSING_CHAR: 'Something that was opened is not closed: look for a missing quote, bracket or colon.',
};

type Place = {
  at(offset: number): { readonly line: number; readonly column: number };
  /** Of the value at a path, or of what is nearest to it. */
  of(path: Path): { readonly line: number; readonly column: number };
  ofKey(path: Path, key: string): { readonly line: number; readonly column: number };
};

function createPlace(document: Document.Parsed, lines: LineCounter): Place {
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const nodeAt = (path: Path): Node | null => {
    let node: Node | null = document.contents;
    for (const step of path) {
      const next: unknown = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
      if (!isNode(next)) return node;
      node = next;
    }
    return node;
  };
  return {
    at,
    of: (path) => at(nodeAt(path)?.range?.[0] ?? 0),
    ofKey: (path, key) => {
      const node = nodeAt(path);
      const pair = isMap(node)
        ? node.items.find((one) => isScalar(one.key) && String(one.key.value) === key)
        : undefined;
      return at((isScalar(pair?.key) ? pair.key.range?.[0] : node?.range?.[0]) ?? 0);
    },
  };
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value);
}

/** One issue as mistakes. Of a value that may be one thing or another, the mistakes of what it most likely should be. */
function tell(issue: z.core.$ZodIssue, values: unknown, place: Place): readonly ConfigMistake[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ ...place.ofKey(path, key), sentence: unknownKey(path, key) }));
  }
  const value = path.reduce<unknown>((found, step) => valueIn(found, step), values);
  if (issue.code === 'invalid_union' && isGroup(value)) {
    const branch = issue.errors.find(
      ([first]) => first && (first.path.length > 0 || first.code === 'unrecognized_keys'),
    );
    if (branch) return branch.flatMap((one) => tell({ ...one, path: [...path, ...one.path] }, values, place));
  }
  return [{ ...place.of(path), sentence: refusal(path, value) }];
}

function valueIn(value: unknown, step: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[step] : undefined;
}

function isGroup(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A path as people write it: `labels.require`, the third one. */
function shown(path: Path): string {
  return path.filter((step) => typeof step === 'string').join('.');
}
