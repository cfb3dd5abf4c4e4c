/** Whatever happens: nothing is lost, nothing is doubled, and each destination hears of an alarm in order. */
import { expect } from 'chai';
import fc from 'fast-check';
import { MOST_WAITING, PROGRAMS, READERS } from '../../../../src/assess/notices/lane.js';
import type { Message } from '../../../../src/assess/notices/message.js';
import { alarm, cleared, Desk, event, noticesOf } from './samples.js';

type Step =
  | { readonly do: 'change'; readonly alarm: number; readonly isOver: boolean; readonly isRooted: boolean }
  | { readonly do: 'event'; readonly to: number }
  | { readonly do: 'pass'; readonly seconds: number; readonly failing: number }
  | { readonly do: 'crash' };

const steps = (withCrashes: boolean) =>
  fc.array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          do: fc.constant('change' as const),
          alarm: fc.nat(5),
          isOver: fc.boolean(),
          isRooted: fc.nat(5).map((chance) => chance === 0),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('event' as const), to: fc.nat(3) }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.nat(90), failing: fc.nat(3) }),
      },
      ...(withCrashes ? [{ weight: 1, arbitrary: fc.constant({ do: 'crash' as const }) }] : []),
    ),
    { maxLength: 60 },
  );

const DESTINATIONS = ['mail', 'log'];
const bits = (mask: number): string[] => DESTINATIONS.filter((_one, at) => (mask & (1 << at)) !== 0);

/** What came to each destination, and what should have. */
function play(all: readonly Step[], limits: typeof READERS) {
  const desk = new Desk(DESTINATIONS, limits);
  const got: { destination: string; id: string; alarm: string | undefined; change: number }[] = [];
  const due = new Set<string>();
  const alarms = new Map<number, ReturnType<typeof alarm>>();
  const stoodBefore = new Set<string>();
  const messages = new Map<string, Message>();
  let [lives, events] = [0, 0];
  const note = (destination: string, message: Message): void => {
    messages.set(`${destination} ${message.id}`, message);
    for (const { id, alarm: of, change = 0 } of noticesOf(message)) got.push({ destination, id, alarm: of, change });
  };
  for (const one of all) {
    if (one.do === 'crash') desk.crash();
    else if (one.do === 'event') {
      events += 1;
      for (const destination of bits(one.to)) due.add(`${destination} EM1-event-${events}`);
      desk.event(event(events), bits(one.to));
    } else if (one.do === 'pass') {
      const failing = bits(one.failing);
      desk.pass(one.seconds * 1000, (destination, message) => {
        if (failing.includes(destination)) return false;
        note(destination, message);
        return true;
      });
    } else {
      const before = alarms.get(one.alarm);
      const isNew = !before || before.severity === 'cleared';
      if (isNew) lives += 1;
      const base = isNew
        ? alarm(`a${lives}`, { element: `device/d${one.alarm}` })
        : { ...before, change: before.change + 1 };
      const { root, ...own } = base;
      const next =
        one.isOver && !isNew
          ? cleared(before)
          : one.isRooted
            ? { ...own, root: { element: 'device/r' as const, why: 'x' } }
            : own;
      // Who has heard of it before is not told once more that it stands as it did.
      if (!isNew && before?.root && !('root' in next)) stoodBefore.add(next.id);
      else stoodBefore.delete(next.id);
      alarms.set(one.alarm, next);
      desk.tell(next);
    }
  }
  desk.pass(900_000, (destination, message) => {
    note(destination, message);
    return true;
  });
  return { desk, got, due, alarms, messages, stoodBefore };
}

describe('the queue of notices, whatever happens', () => {
  for (const [name, limits] of [
    ['readers', READERS],
    ['programs', PROGRAMS],
  ] as const)
    it(`loses nothing, doubles nothing and keeps the order, for ${name}`, () => {
      fc.assert(
        fc.property(steps(false), (all) => {
          const { desk, got, due, alarms, stoodBefore } = play(all, limits);
          const keys = got.map(({ destination, id }) => `${destination} ${id}`);
          expect(new Set(keys).size).to.equal(keys.length);
          for (const key of due) expect(keys).to.include(key);
          for (const destination of DESTINATIONS) {
            const changes = new Map<string, number>();
            for (const one of got.filter((each) => each.destination === destination && each.alarm !== undefined)) {
              expect(one.change).to.be.at.least(
                (changes.get(one.alarm ?? '') ?? 0) + (one.id.endsWith('-behind') ? 0 : 1),
              );
              changes.set(one.alarm ?? '', one.change);
            }
            // Of what stands in its own right the latest is known everywhere.
            for (const one of alarms.values())
              if (!one.root && one.severity !== 'cleared') {
                if (stoodBefore.has(one.id)) expect(changes.get(one.id)).to.be.at.least(1);
                else expect(changes.get(one.id)).to.equal(one.change);
              }
          }
          expect(desk.disk.size).to.equal(0);
          expect(desk.lost).to.deep.equal([]);
          for (const one of alarms.values())
            expect(desk.told.filter((each) => each.alarm === one.id).at(-1)?.change).to.equal(one.change);
        }),
        { numRuns: 200 },
      );
    });

  it('loses nothing over crashes, and what comes twice has the id that it had', () => {
    fc.assert(
      fc.property(steps(true), (all) => {
        const { desk, got, due } = play(all, READERS);
        const keys = new Set(got.map(({ destination, id }) => `${destination} ${id}`));
        for (const key of due) expect([...keys]).to.include(key);
        expect(desk.disk.size).to.equal(0);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps no more than it may, and counts what it could not keep', () => {
    const desk = new Desk(['mail'], READERS);
    for (let at = 0; at < MOST_WAITING + 500; at += 1) desk.event(event(at, { name: at < 500 ? 'old' : 'new' }));
    expect(desk.disk.size).to.equal(MOST_WAITING);
    expect(desk.lost).to.have.length(500);
    const messages: Message[] = [];
    desk.pass(5000, (_destination, message) => messages.push(message) > 0);
    expect(messages[0]?.unsent).to.deep.equal({ count: 500, names: [{ of: 'old', count: 500 }] });
  });
});
