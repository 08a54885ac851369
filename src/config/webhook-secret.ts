import { Mistake, parser } from './parsers.ts';

const SECRET_CHARACTERS_MIN = 20; // less can be searched for, offline, against one captured delivery
const SECRET_CHARACTERS_MAX = 500;
const REMAINDER_CHARACTERS_MIN = 12; // what must be left beside words that stand in examples
const DISTINCT_CHARACTERS_MIN = 6;
const COMMAND = '`openssl rand -hex 32`';

// Words of documentation and templates: a secret made of them is known to everybody.
const exampleWords =
  /change|development|example|password|placeholder|secret|webhook|github|your|insert|replace|default|test|here|this|me|my|0?123456789?0?/g;

/** A secret that nobody can guess. Never repeated in a message. */
export const webhookSecret = parser((text) => {
  const advice = `make one with ${COMMAND} and set it here and in the App's settings`;
  if (text.length < SECRET_CHARACTERS_MIN) {
    throw new Mistake(
      `is too short to be safe (${text.length} of at least ${SECRET_CHARACTERS_MIN} characters); ${advice}`,
    );
  }
  if (text.length > SECRET_CHARACTERS_MAX)
    throw new Mistake(`is longer than ${SECRET_CHARACTERS_MAX} characters; ${advice}`);
  const remainder = text
    .toLowerCase()
    .replace(exampleWords, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
  if (remainder.length < REMAINDER_CHARACTERS_MIN || new Set(text).size < DISTINCT_CHARACTERS_MIN) {
    throw new Mistake(`can be guessed, as values of examples can; ${advice}`);
  }
  return text;
});
