import { isOperator, type Person } from '../domain/people.ts';
import { code } from './markdown.ts';

/** Who did something, for a comment: nobody is mentioned. Markdown, inside a sentence. */
export function personText(person: Person): string {
  return isOperator(person) ? 'an operator of this server' : code(person.login);
}
