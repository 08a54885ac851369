import { expect, test } from 'vitest';

import { wish } from '../../src/domain/effect/effect.ts';
import type { SessionEvent } from '../../src/domain/session/session.ts';
import { hearComment } from '../../src/work/hear-comment.ts';
import { hearEdit } from '../../src/work/hear-edit.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import { openWorld, REPO } from '../ports.ts';
import { asked, finished, granted, held, launched, type Told } from '../sessions.ts';

const colour = [granted, launched(), asked('Which colour?', ['red', 'blue'])] as const;
const holding = [granted, launched(), finished('Done.'), held(['`logo.bin` is 30 MB'])] as const;

/** A session that waits, with its card on the issue; what people say to it, edit and tick. */
async function waiting(events: readonly Told<SessionEvent>[] = colour) {
  const world = await openWorld();
  const { ports, store, time, mona, repository, control, person } = world;
  const session = await world.session(...events);
  await store.outbox.add([wish(session, { kind: 'question', sessionId: session.id, number: 1 })], time.now);
  const performs = () => performEffects(ports, new AbortController().signal);
  await performs();
  const author = { ...mona, isBot: false };
  const comments = () => control.thread(REPO, 1).comments;
  const card = comments().at(-1)!;
  const app = { ...(await ports.github.me()), isBot: true };
  const eventOf = (id: number, sender = author) => {
    const body = comments().find((one) => one.id === id)?.body ?? '';
    const comment = { id, body, author: id === card.id ? app : author, createdAt: 1 };
    return { repository, sender, onNumber: 1, isPull: false, comment } as const;
  };
  return {
    ...{ ...world, performs, comments, card, author },
    says: async (text: string) => {
      const id = await person.comments(1, text);
      return { id, note: await hearComment(ports, { kind: 'comment-created', ...eventOf(id) }) };
    },
    edits: async (id: number, text: string, sender = author) => {
      await person.edits(id, text);
      return hearEdit(ports, { kind: 'comment-edited', ...eventOf(id, sender) }, `delivery:${text}`);
    },
    answer: async () => (await world.stored(session.id)).questions[0]?.answer ?? null,
    state: async () => (await world.stored(session.id)).state,
    goesOn: () => world.tell(session.id, granted),
  };
}

test('a ticked checkbox on the card answers, and the card says what was understood', async () => {
  const { edits, card, answer, state, performs, comments } = await waiting();
  expect(card.body).toContain('- [ ] **a** · red\n- [ ] **b** · blue');
  expect(await edits(card.id, card.body.replace('- [ ] **b**', '- [x] **b**'))).toBe('obeyed');
  expect(await answer()).toMatchObject({ option: 1, by: { login: 'mona' } });
  expect(await state()).toBe('queued');
  await performs();
  const now = comments().find(({ id }) => id === card.id)?.body;
  expect(now).toContain('Taken as **b**: blue.');
  expect(now).not.toContain('[x]');
});

test('two ticks are no answer, nor is the tick of somebody who may not write, nor that of a bot', async () => {
  const { edits, card, answer, control, author } = await waiting();
  expect(await edits(card.id, card.body.replaceAll('[ ]', '[x]'))).toBe('no one option is ticked');
  const ticked = card.body.replace('- [ ] **a**', '- [x] **a**');
  expect(await edits(card.id, ticked, { ...author, isBot: true })).toBe('not done by a person');
  await control.act({ as: 'mona', do: 'edit-comment', repo: REPO, comment: card.id, body: card.body });
  const stranger = { id: 999_999, login: 'nobody-knows', isBot: false };
  expect(await edits(card.id, ticked, stranger)).toBe('an answer by somebody who may not answer');
  expect(await answer()).toBeNull();
});

test('an answer that is edited before an agent is started with it counts as it is now', async () => {
  const { says, edits, answer, state, performs, comments, card } = await waiting();
  const { id } = await says('b');
  expect(await answer()).toMatchObject({ option: 1 });
  expect(await edits(id, 'a, and paint it twice')).toBe('obeyed');
  expect(await answer()).toMatchObject({ option: 0, text: 'a, and paint it twice' });
  expect(await state()).toBe('queued');
  await performs();
  expect(comments().find((one) => one.id === card.id)?.body).toContain('Taken as **a**: red.');
});

test('once the work has gone on with it, they are told, once for all edits', async () => {
  const { says, edits, answer, goesOn, performs, comments } = await waiting();
  const { id } = await says('b');
  await goesOn();
  expect(await edits(id, 'a')).toBe('replied: not-now');
  expect(await edits(id, 'A')).toBe('replied: not-now');
  expect(await answer()).toMatchObject({ option: 1 });
  await performs();
  const replies = comments().filter(({ body }) => body.includes('as it was before it was edited'));
  expect(replies).toHaveLength(1);
});

test('a reply that was not understood may be mended by an edit; an edit is no command, and nobody speaks for others', async () => {
  const { says, edits, answer, state, author } = await waiting();
  const { id, note } = await says('e');
  expect(note).toBe('replied: no-such-option');
  expect(await edits(id, '/reeve stop')).toBe('no answer');
  expect(await edits(id, 'b', { ...author, id: author.id + 1 })).toBe('edited by somebody else');
  expect(await state()).toBe('waiting');
  expect(await edits(id, 'b.')).toBe('obeyed');
  expect(await answer()).toMatchObject({ option: 1 });
});

test('what was written before the question does not answer it by being edited', async () => {
  const world = await waiting();
  const { person, control, ports, author, repository } = world;
  const earlier = control.thread(REPO, 1).comments[0]!.id - 1;
  const comment = { id: earlier, body: 'b', author, createdAt: 1 };
  const event = { kind: 'comment-edited', repository, sender: author, onNumber: 1, isPull: false, comment } as const;
  expect(await hearEdit(ports, event, 'delivery:1')).toBe('written before the question was asked');
  expect(await world.state()).toBe('waiting');
  expect(person.login).toBe('mona');
});

test.each([
  ['Approved, thanks!', 'obeyed', 'publishing'],
  ['LGTM', 'obeyed', 'publishing'],
  ['Stop', 'obeyed', 'stopped'],
  ['yes, but rename it', 'obeyed', 'queued'],
  ['Not approved, please redo', 'obeyed', 'queued'],
  ['LGTM?', 'replied: not-now', 'waiting'],
  ['ok', 'replied: not-now', 'waiting'],
  ['no', 'replied: not-now', 'waiting'],
  ['> Did you look at it?\n\nyes', 'replied: not-now', 'waiting'],
])('held work, and somebody says %j: %s, then %s', async (text, note, state) => {
  const world = await waiting(holding);
  expect((await world.says(text)).note).toBe(note);
  expect(await world.state()).toBe(state);
});
