import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import type { PtpEvent } from '../../../src/model/event.js';
import { Doubts } from '../../../src/store/sqlite/doubts.js';
import { fromWire, InDoubt, toWire } from '../../../src/store/sqlite/failures.js';

const event = (id: number): PtpEvent => ({
  id,
  manager: 'em',
  time: id,
  severity: 'minor',
  name: 'n',
  text: String(id),
});
const away = new PtpError('Store.Failed', 'the server is away');

describe('records that may be stored', () => {
  it('are left out of further tries where they turn out to be stored, and tell of their events', async () => {
    const asked: number[] = [];
    const doubts = new Doubts(async (batch) => {
      asked.push(batch);
      return batch === 7;
    });
    const [stored, lost, other] = [{ a: 1 }, { a: 1 }, { a: 1 }];
    expect(doubts.isUsed).to.equal(false);
    doubts.note(new InDoubt(away, 7, [4]), [stored], (ids) => [ids.map(event)]);
    doubts.note(new InDoubt(away, 8, []), [lost], () => [[]]);
    expect(await doubts.left([stored, lost, other])).to.have.ordered.members([lost, other]);
    expect(await doubts.left([stored])).to.deep.equal([]);
    expect(asked).to.deep.equal([7, 8]);
    expect(doubts.eventsOf([other, stored])).to.deep.equal([event(4)]);
  });

  it('cannot be tried while that is not known', async () => {
    let isAway = true;
    const doubts = new Doubts(async () => {
      if (isAway) throw away;
      return true;
    });
    const record = {};
    doubts.note(new InDoubt(away, 1, []), [record], () => [[]]);
    for (const _ of [1, 2]) {
      const refused = await doubts.left([record]).catch((thrown: unknown) => thrown);
      expect(refused).to.equal(away);
    }
    isAway = false;
    expect(await doubts.left([record])).to.deep.equal([]);
  });

  it('are those of lost answers only', async () => {
    const doubts = new Doubts(async () => true);
    doubts.note(away, [{}], () => [[]]);
    expect(doubts.isUsed).to.equal(false);
  });

  it('are known on the other side of a thread', () => {
    const error = fromWire(toWire(new InDoubt(away, 3, [1, 2])));
    expect(error).to.be.instanceOf(InDoubt);
    expect(error).to.deep.include({ code: 'Store.Failed', message: away.message, batch: 3, ids: [1, 2] });
    expect(fromWire(toWire(away))).to.not.be.instanceOf(InDoubt);
  });
});
