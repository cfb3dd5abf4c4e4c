import { expect } from 'chai';
import fc from 'fast-check';
import type { Alarm } from '../../../../src/model/alarm.js';
import { AT_OWNER } from '../../../../src/model/kept-alarm.js';
import {
  type AlarmCopy,
  isOpen,
  mergeCopies,
  mergeLate,
  newsOf,
  onePerKey,
  revisionsOf,
} from '../../../../src/pool/alarms/merge.js';
import { acknowledged, alarm, CORE, copy, over, version } from './alarms.js';

const NOW = 10_000;
const merged = (...copies: readonly AlarmCopy[]) => mergeCopies(CORE, copies, NOW).alarms;
const inWords = (alarms: readonly Alarm[]) =>
  alarms.map(({ id, severity, acknowledged: seen }) => `${id} ${severity}${seen ? ' seen' : ''}`);

describe('copies of alarms, merged', () => {
  const a = alarm('a');
  const b = alarm('b');

  it('are nothing where there is none', () => {
    expect(mergeCopies(CORE, [], NOW)).to.deep.equal({ subject: CORE, alarms: [], base: undefined });
  });

  it('go by the newest: what older ones still have is over', () => {
    const old = copy(version(1, 1, 4), [a, b]);
    const newer = copy(version(1, 1, 9), [acknowledged(a)]);
    expect(inWords(merged(old, newer))).to.deep.equal(['a major seen']);
    expect(inWords(merged(copy(version(2), []), old))).to.deep.equal([]);
    expect(inWords(merged(copy(version(1, 2, 1), [b]), copy(version(1, 1, AT_OWNER), [a])))).to.deep.equal(['b major']);
  });

  it('keep what is known of those that are over', () => {
    const old = copy(version(1, 1, 4), [over(a, 'ann'), b]);
    expect(inWords(merged(old, copy(version(1, 1, 9), [b])))).to.deep.equal(['a cleared', 'b major']);
  });

  it('take of one line the version that was changed last, whatever the clocks say', () => {
    const late = { ...acknowledged(a), changedAt: 1 };
    expect(inWords(merged(copy(version(1, 1, 4), [late]), copy(version(1, 1, 9), [a])))).to.deep.equal([
      'a major seen',
    ]);
  });

  it('take from a former owner, who went on beside the next one, what people said to it', () => {
    const taken = { ...a, manager: 'EM2', revision: 5 };
    const beside = (...alarms: readonly Alarm[]) => merged(copy(version(1), alarms), copy(version(2), [taken], 'EM2'));
    expect(inWords(beside(acknowledged(a)))).to.deep.equal(['a major seen']);
    expect(beside(acknowledged(a))[0]).to.include({ revision: 6, change: 3 });
    expect(inWords(beside(over({ ...a, revision: 7 }, 'ann')))).to.deep.equal(['a cleared']);
    // What it saw itself is no news: it saw it from where it was cut off.
    expect(inWords(beside(over({ ...a, revision: 7 })))).to.deep.equal(['a major']);
    expect(inWords(beside({ ...a, severity: 'critical', revision: 9 }, b))).to.deep.equal(['a major']);
  });

  it('take no acknowledgement of what has become worse than it was then', () => {
    const worse: Alarm = { ...a, severity: 'critical', worst: 'critical', revision: 5 };
    const answer = merged(copy(version(1), [acknowledged(a)]), copy(version(2), [worse], 'EM2'));
    expect(inWords(answer)).to.deep.equal(['a critical']);
  });

  it('tell people of nothing twice, and of everything once', () => {
    const told = { ...a, told: 1 };
    expect(merged(copy(version(1), [told]), copy(version(2), [{ ...a, revision: 2 }], 'EM2'))[0]?.told).to.equal(1);
    const news = merged(copy(version(1), [acknowledged(told)]), copy(version(2), [{ ...told, revision: 2 }], 'EM2'))[0];
    expect(news?.told).to.be.below(news?.change ?? 0);
  });

  it('leave one alarm for each condition: the one that is known for longer, with what was said of the other', () => {
    const later = acknowledged(alarm('z', { key: 'a', raisedAt: 2000, severity: 'minor', worst: 'critical' }));
    const [first, second, ...more] = onePerKey([later, a, b], NOW);
    expect(more).to.have.length(1);
    expect(first).to.include({ id: 'a', severity: 'major', count: 2 });
    expect(second?.id).to.equal('b');
    expect(more[0]?.cleared?.note).to.equal('the same condition as a');
  });

  const chance = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    key: fc.constantFrom('k1', 'k2', 'k3'),
    revision: fc.integer({ min: 1, max: 6 }),
    change: fc.integer({ min: 1, max: 4 }),
    told: fc.integer({ min: 0, max: 4 }),
    severity: fc.constantFrom('minor', 'major', 'critical'),
    seen: fc.boolean(),
    isOver: fc.boolean(),
  });
  const copies = fc.array(
    fc.record({
      epoch: fc.integer({ min: 1, max: 3 }),
      number: fc.integer({ min: 1, max: 3 }),
      alarms: fc.uniqueArray(chance, { selector: ({ id }) => id }),
    }),
    { maxLength: 4 },
  );
  const made = (all: typeof copies extends fc.Arbitrary<infer Value> ? Value : never): AlarmCopy[] =>
    // No two copies have the same version.
    [...new Map(all.map((one) => [`${one.epoch}.${one.number}`, one])).values()].map((one) =>
      copy(
        version(one.epoch, 1, one.number),
        one.alarms.map(({ seen, isOver, severity, ...more }) => {
          const open = alarm(more.id, { ...more, severity: severity as Alarm['severity'], worst: 'critical' });
          const noted = seen ? acknowledged(open) : open;
          return isOver ? over(noted) : noted;
        }),
      ),
    );

  it('come to the same in whatever order they are found', () => {
    fc.assert(
      fc.property(copies, fc.integer(), (all, turn) => {
        const some = made(all);
        const at = some.length > 0 ? Math.abs(turn) % some.length : 0;
        expect(merged(...some.slice(at), ...some.slice(0, at))).to.deep.equal(merged(...some));
      }),
    );
  });

  it('never bring back what the newest has not, or has as over; never lose what it has', () => {
    fc.assert(
      fc.property(copies, (all) => {
        // Within one ownership whatever was changed later counts, wherever it is.
        const some = [...new Map(made(all).map((one) => [one.epoch.number, one])).values()];
        const { base, alarms } = mergeCopies(CORE, some, NOW);
        const newest = some.find(
          ({ epoch: { number: of }, number }) => of === base?.epoch.number && number === base.number,
        );
        const open = new Set(newest?.alarms.filter(isOpen).map(({ id }) => id));
        for (const one of alarms) if (isOpen(one)) expect([...open]).to.include(one.id);
        for (const id of open) expect(alarms.map((one) => one.id)).to.include(id);
        const keys = alarms.filter(isOpen).map(({ key }) => key);
        expect(new Set(keys).size).to.equal(keys.length);
      }),
    );
  });

  it('keep every acknowledgement of what is no worse since', () => {
    fc.assert(
      fc.property(copies, (all) => {
        const some = made(all);
        const seen = new Map<string, Alarm>();
        for (const one of some.flatMap(({ alarms }) => alarms))
          if (one.acknowledged && isOpen(one)) seen.set(one.id, one);
        for (const one of merged(...some))
          if (isOpen(one) && seen.get(one.id)?.acknowledged?.severity === 'critical' && isAllSeen(some, one.id))
            expect(one.acknowledged).to.not.equal(undefined);
      }),
    );
  });
});

const isAllSeen = (copies: readonly AlarmCopy[], id: string): boolean =>
  copies.every(({ alarms }) => alarms.every((one) => one.id !== id || one.acknowledged !== undefined));

describe('a copy that is found late', () => {
  const a = alarm('a');
  const b = alarm('b');
  const beginning = (alarms: readonly Alarm[], of = version(1, 1, 4)) => ({
    base: copy(of, []),
    revisions: revisionsOf(alarms),
  });

  it('changes nothing where it is older', () => {
    const found = copy(version(1, 1, 2), [a, b]);
    expect(mergeLate([a], beginning([a]), found, NOW)).to.deep.equal([]);
  });

  it('says what stands where it is newer, besides what has happened here', () => {
    const found = copy(version(1, 1, 9), [acknowledged(a), alarm('c')]);
    const here = { ...alarm('d'), revision: 2 };
    const changed = mergeLate([a, b, here], beginning([a, b, alarm('d')]), found, NOW);
    expect(inWords(changed)).to.deep.equal(['a major seen', 'b cleared', 'c major']);
    for (const one of changed) expect(one.revision).to.be.above([a, b].find(({ id }) => id === one.id)?.revision ?? 0);
  });

  it('does not bring back what has ended here', () => {
    expect(mergeLate([], beginning([a]), copy(version(1, 1, 9), [a]), NOW)).to.deep.equal([]);
  });

  it('of one who went on beside, only what people said is news', () => {
    const beside = copy(version(1, 1, AT_OWNER), [acknowledged(a), alarm('unreached')]);
    const changed = newsOf([{ ...a, revision: 4 }, b], beside);
    expect(inWords(changed)).to.deep.equal(['a major seen']);
    expect(changed[0]?.revision).to.equal(5);
  });
});
