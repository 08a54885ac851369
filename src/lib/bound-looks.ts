import { endsWithin } from './ends-within.ts';

/**
 * Looks that never take longer than `msMax`: a later one rejects. One that hangs goes on in the background, and until it
 * ends nobody starts another one at the same thing: a disk that does not answer gathers no crowd.
 */
export function boundLooks<Key, Seen>(look: (key: Key) => Promise<Seen>, msMax: number): (key: Key) => Promise<Seen> {
  const hanging = new Map<Key, Promise<Seen>>();
  return async (key) => {
    const earlier = hanging.get(key);
    const looking = earlier ?? look(key);
    if (await endsWithin(earlier === undefined ? msMax : 0, looking)) return looking;
    if (earlier === undefined) {
      hanging.set(key, looking);
      const forget = (): void => void hanging.delete(key);
      looking.then(forget, forget);
    }
    throw new Error(`A look at ${String(key)} did not end within ${msMax / 1000} s; the next one comes when it has.`);
  };
}
