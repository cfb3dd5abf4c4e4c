import { expect } from 'chai';
import { eachTakingOnce, holdersWithin, type Taking, tenuresOf, timesOf } from '../../../src/assess/tenures.js';

const taking = (time: number, to: string, number: number, from?: string): Taking => ({
  ...{ time, to, epoch: { term: 1, number, giver: 'em1' } },
  ...(from !== undefined && { from }),
});
const all = () => true;
const told = (takings: readonly Taking[], heard: (manager: string) => boolean = all) =>
  tenuresOf(takings, heard).map(({ manager = '?', from, to }) => `${manager} ${from} ${to}`);

describe('who had an element when', () => {
  it('goes by the lines of the ledger, from the giver of the first to the taker of the last', () => {
    expect(told([taking(200, 'em3', 2, 'em2'), taking(100, 'em2', 1, 'em1')])).to.deep.equal([
      'em1 -Infinity 100',
      'em2 100 200',
      'em3 200 Infinity',
    ]);
    expect(told([])).to.deep.equal(['? -Infinity Infinity']);
    expect(told([taking(100, 'em2', 1)])).to.deep.equal(['? -Infinity 100', 'em2 100 Infinity']);
  });

  it('goes by the epoch where clocks differ', () => {
    expect(told([taking(300, 'em2', 1, 'em1'), taking(200, 'em1', 2, 'em2')])).to.deep.equal([
      'em1 -Infinity 200',
      'em1 200 Infinity',
    ]);
  });

  it('gives the time of those who are not heard to whoever had it before, and else to nobody in particular', () => {
    const takings = [taking(100, 'em2', 1, 'em1'), taking(200, 'em3', 2, 'em2')];
    expect(told(takings, (manager) => manager !== 'em2')).to.deep.equal(['? -Infinity 200', 'em3 200 Infinity']);
    expect(told(takings, (manager) => manager !== 'em1')).to.deep.equal([
      '? -Infinity 100',
      'em2 100 200',
      'em3 200 Infinity',
    ]);
  });

  it('asks each for its own times, and all for what is nobody’s', () => {
    const tenures = tenuresOf([taking(100, 'em2', 1), taking(200, 'em1', 2, 'em2'), taking(300, 'em2', 3, 'em1')], all);
    const window = { from: 50, to: 1000 };
    expect(timesOf(tenures, 'em2', window)).to.deep.equal([
      { from: 50, to: 200 },
      { from: 300, to: 1000 },
    ]);
    expect(timesOf(tenures, 'em1', window)).to.deep.equal([
      { from: 50, to: 100 },
      { from: 200, to: 300 },
    ]);
    expect(timesOf(tenures, 'em3', window)).to.deep.equal([{ from: 50, to: 100 }]);
    const known = holdersWithin(tenures, { from: 150, to: 250 });
    expect([[...known.managers], known.isWhole]).to.deep.equal([['em2', 'em1'], true]);
    expect(holdersWithin(tenures, window).isWhole).to.equal(false);
  });

  it('believes of each hand-over whoever took the element', () => {
    const own = taking(100, 'em2', 1, 'em1');
    const late = taking(130, 'em2', 1, 'em1');
    const told = [
      { by: 'em1', takings: [late] },
      { by: 'em2', takings: [own] },
      { by: 'em3', takings: [late] },
    ];
    expect(eachTakingOnce(told)).to.deep.equal([own]);
    expect(eachTakingOnce(told.slice(2))).to.deep.equal([late]);
  });
});
