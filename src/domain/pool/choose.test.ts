import fc from 'fast-check';
import { expect, test } from 'vitest';

import { chooseNext, fullPlaces, type Caps, type Place } from './choose.ts';

const place = fc.record<Place>({
  repositoryId: fc.nat(4),
  installationId: fc.option(fc.nat(2)),
  agent: fc.option(fc.constantFrom('codex', 'claude')),
});
const caps = fc.record<Caps>({
  slots: fc.integer({ min: 1, max: 8 }),
  perRepository: fc.integer({ min: 1, max: 4 }),
  perInstallation: fc.integer({ min: 1, max: 5 }),
  perAgent: fc.constantFrom(new Map(), new Map([['codex', 1]]), new Map([['claude', 2]])),
});

const numbered = (places: readonly Place[]) => places.map((one, order) => ({ ...one, order }));
const count = (places: readonly Place[], of: (one: Place) => boolean): number => places.filter(of).length;

test('never over a cap, nobody left waiting who could start, and older ones of a place first', () => {
  fc.assert(
    fc.property(fc.array(place, { maxLength: 20 }), caps, fc.nat(5), (places, limits, already) => {
      // What is busy was chosen by the same rule, as it is in a server.
      const busy = chooseNext(places.slice(0, already), [], limits);
      const queued = numbered(places.slice(already));
      const chosen = chooseNext(queued, busy, limits);
      const working = [...busy, ...chosen];
      expect(working.length).toBeLessThanOrEqual(limits.slots);
      for (const { repositoryId, installationId } of working) {
        expect(count(working, (one) => one.repositoryId === repositoryId)).toBeLessThanOrEqual(limits.perRepository);
        if (installationId === null) continue;
        expect(count(working, (one) => one.installationId === installationId)).toBeLessThanOrEqual(
          limits.perInstallation,
        );
      }
      for (const [name, cap] of limits.perAgent) {
        expect(count(working, ({ agent }) => agent === name)).toBeLessThanOrEqual(cap);
      }
      const full = fullPlaces(working, limits);
      for (const one of queued.filter((each) => !chosen.includes(each))) {
        const isCapped =
          full.repositories.includes(one.repositoryId) ||
          (one.agent !== null && full.agents.includes(one.agent)) ||
          (one.installationId !== null && full.installations.includes(one.installationId));
        expect(full.free === 0 || isCapped).toBe(true);
        const younger = chosen.filter(({ order }) => order > one.order);
        const isSame = (other: Place): boolean =>
          other.repositoryId === one.repositoryId &&
          other.installationId === one.installationId &&
          other.agent === one.agent;
        expect(younger.filter(isSame)).toEqual([]);
      }
    }),
  );
});

test('a repository at its cap holds up nobody behind it', () => {
  const owls = { repositoryId: 1, installationId: 1, agent: null };
  const larks = { repositoryId: 2, installationId: 1, agent: null };
  const limits = { slots: 2, perRepository: 1, perInstallation: 9, perAgent: new Map() };
  expect(chooseNext([owls, owls, owls, larks], [], limits)).toEqual([owls, larks]);
  expect(chooseNext([owls, larks], [owls], limits)).toEqual([larks]);
});

test('an agent at its cap holds up nobody who waits for another', () => {
  const owls = { repositoryId: 1, installationId: 1, agent: 'codex' };
  const larks = { ...owls, agent: 'claude' };
  const limits = { slots: 3, perRepository: 9, perInstallation: 9, perAgent: new Map([['codex', 1]]) };
  expect(chooseNext([owls, owls, larks], [], limits)).toEqual([owls, larks]);
});

test('a repository that wants fewer runs has fewer', () => {
  const limits = {
    slots: 9,
    perRepository: 2,
    perInstallation: 9,
    perAgent: new Map(),
    ofRepository: new Map([[1, 1]]),
  };
  const queued = [1, 1, 2, 2, 2].map((repositoryId) => ({ repositoryId, installationId: null, agent: null }));
  expect(chooseNext(queued, [], limits).map(({ repositoryId }) => repositoryId)).toEqual([1, 2, 2]);
});
