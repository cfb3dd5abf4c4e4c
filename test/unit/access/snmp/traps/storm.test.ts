import { expect } from 'chai';
import fc from 'fast-check';
import { StormWatch } from '../../../../../src/access/snmp/traps/storm.js';

const take = (watch: StormWatch<string>, source: string, count: number, nowMs: number, name = 'linkDown') => {
  let singly = 0;
  for (let n = 0; n < count; n++) if (watch.take(source, name, '10.0.0.1', nowMs, true) === 'singly') singly += 1;
  return singly;
};

describe('a storm of traps', () => {
  it('is told one by one at first, and summed up after that', () => {
    const watch = new StormWatch<string>();
    expect(take(watch, 'device/a', 1000, 0)).to.equal(200);
    expect(take(watch, 'device/a', 11, 5000, 'linkUp')).to.equal(11);
    expect(watch.due(9999)).to.deep.equal([]);
    expect(watch.due(10_000)).to.deep.equal([
      { source: 'device/a', count: 800, duringMs: 10_000, text: 'linkDown 800' },
    ]);
    expect(watch.due(11_000)).to.deep.equal([]);
  });

  it('harms no other source', () => {
    const watch = new StormWatch<string>();
    take(watch, 'device/a', 5000, 0);
    expect(take(watch, 'device/b', 50, 0)).to.equal(50);
  });

  it('is summed up again as long as it lasts, and over when it is', () => {
    const watch = new StormWatch<string>();
    take(watch, 'device/a', 300, 0);
    expect(watch.due(10_000)).to.have.length(1);
    expect(take(watch, 'device/a', 300, 12_000)).to.equal(60);
    expect(watch.due(22_000)[0]).to.include({ count: 240, duringMs: 10_000 });
    expect(watch.isIdle).to.equal(false);
    watch.due(62_000);
    expect(watch.isIdle).to.equal(true);
  });

  it('counts also what there is no room for, from the first on', () => {
    const watch = new StormWatch<string>();
    expect(watch.take('device/a', 'coldStart', 'x', 0, false)).to.equal('summed');
    expect(watch.due(0, true)).to.deep.equal([{ source: 'device/a', count: 1, duringMs: 0, text: 'coldStart 1' }]);
  });

  it('names the most frequent, and the senders where there are several', () => {
    const watch = new StormWatch<string>();
    for (let n = 0; n < 100; n++) watch.take('', `trap${n % 20}`, `10.0.0.${n % 3}`, 0, false);
    const [summary] = watch.due(0, true);
    expect(summary?.count).to.equal(100);
    expect(summary?.text).to.match(
      /^trap0 5, .*, others 40; by sender: 10\.0\.0\.0 34, 10\.0\.0\.1 33, 10\.0\.0\.2 33$/,
    );
  });

  it('loses nothing: told and counted are what came, whenever that was', () => {
    const bursts = fc.array(fc.tuple(fc.nat(20_000), fc.nat(400), fc.constantFrom('a', 'b', 'c'), fc.boolean()));
    fc.assert(
      fc.property(bursts, (all) => {
        const watch = new StormWatch<string>();
        let [nowMs, came, told] = [0, 0, 0];
        const sum = (isEnding: boolean) => {
          for (const { count } of watch.due(nowMs, isEnding)) told += count;
        };
        for (const [pauseMs, count, source, hasRoom] of all) {
          nowMs += pauseMs;
          sum(false);
          for (let n = 0; n < count; n++) if (watch.take(source, 'x', 'y', nowMs, hasRoom) === 'singly') told += 1;
          came += count;
        }
        sum(true);
        expect(told).to.equal(came);
      }),
    );
  });
});
