import { expect } from 'chai';
import { noteMaster, takeWasMaster } from '../../../src/cli/run/was-master.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('a master that was stopped in order', () => {
  function notes() {
    const kept = new Map<string, string>();
    return {
      getNote: async (name: string) => kept.get(name),
      putNote: async (name: string, value: string) => void kept.set(name, value),
    };
  }

  it('comes first when it starts again, and once only', async () => {
    const [store, clock] = [notes(), new FakeClock()];
    expect(await takeWasMaster(store, { clock })).to.equal(false);
    await noteMaster(store);
    expect(await takeWasMaster(store, { clock })).to.equal(true);
    expect(await takeWasMaster(store, { clock })).to.equal(false);
  });

  it('does so not more often than every ten minutes', async () => {
    const [store, clock] = [notes(), new FakeClock()];
    await noteMaster(store);
    expect(await takeWasMaster(store, { clock })).to.equal(true);
    await clock.advance(300_000);
    await noteMaster(store);
    expect(await takeWasMaster(store, { clock })).to.equal(false);
    await clock.advance(600_000);
    await noteMaster(store);
    expect(await takeWasMaster(store, { clock })).to.equal(true);
  });
});
