import { expect } from 'chai';
import type { PtpEvent } from '../../../src/model/event.js';
import { wholeCounts, wholePage } from '../../../src/store/sqlite/event-slices.js';
import type { EventSlice } from '../../../src/store/sqlite/events-reader.js';
import type { ReadVerbs } from '../../../src/store/sqlite/verbs.js';

const row = (id: number): PtpEvent => ({ id, manager: 'em1', time: id, severity: 'minor', name: 'n', text: 't' });

/** Answers one after the other, and what it was asked. */
function answering(answers: readonly unknown[]) {
  const asked: unknown[] = [];
  const read = {
    call<Name extends keyof ReadVerbs>(_verb: Name, argument: unknown) {
      asked.push(argument);
      return Promise.resolve(answers[asked.length - 1] as ReadVerbs[Name]['result']);
    },
  };
  return { asked, read };
}

describe('answers in slices', () => {
  it('are put together in order, with the total of the first', async () => {
    const further = { offset: 0, limit: 2, to: 5, isFurther: true } as const;
    const slices: EventSlice[] = [
      { rows: [row(9)], total: 7, next: further },
      { rows: [row(4), row(3)], total: 0 },
    ];
    const { asked, read } = answering(slices);
    const page = await wholePage(read, { offset: 0, limit: 3 });
    expect(page).to.deep.equal({ rows: [row(9), row(4), row(3)], total: 7 });
    expect(asked).to.deep.equal([{ offset: 0, limit: 3 }, further]);
  });

  it('never say that there are fewer than are shown', async () => {
    const { read } = answering([{ rows: [row(3), row(2)], total: 1, isTotalLeast: true }]);
    expect(await wholePage(read, { offset: 10, limit: 2 })).to.include({ total: 12, isTotalLeast: true });
  });

  it('of counts are added up, by element and severity', async () => {
    const one = { element: 'device/b', severity: 'minor', count: 2 } as const;
    const { asked, read } = answering([
      { counts: [one, { element: 'device/a', severity: 'major', count: 1 }], next: 50 },
      { counts: [one, { element: 'device/b', severity: 'warning', count: 4 }] },
    ]);
    expect(await wholeCounts(read, { from: 0, to: 9 })).to.deep.equal([
      { element: 'device/a', severity: 'major', count: 1 },
      { element: 'device/b', severity: 'warning', count: 4 },
      { element: 'device/b', severity: 'minor', count: 4 },
    ]);
    expect(asked).to.deep.equal([
      { window: { from: 0, to: 9 }, begin: 0 },
      { window: { from: 0, to: 9 }, begin: 50 },
    ]);
  });
});
