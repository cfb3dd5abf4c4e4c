/** The watch over a manager that polls sixty elements and is as busy as the test says. */
import { expect } from 'chai';
import { OverloadWatch } from '../../../../src/manager/overload/overload-watch.js';
import type { DelegateRequest, DelegateResult } from '../../../../src/manager/pool/pool-service.js';
import type { NewEvent } from '../../../../src/model/event.js';
import { testEnv } from '../../../support/test-env.js';
import { accessOf, deviceOf } from '../collector/world.js';

const COST = 4;

class Bed {
  readonly env = testEnv();
  readonly owned = new Set(Array.from({ length: 60 }, (_, at) => `device/d${at}`));
  readonly told: Omit<NewEvent, 'time'>[] = [];
  readonly asked: DelegateRequest[] = [];
  readonly capacities: number[] = [];
  readonly watch: OverloadWatch;
  busy = 0.2;
  #busyMs = 0;

  constructor(answer?: (request: DelegateRequest) => DelegateResult, capacity?: number) {
    const { env, owned, told, asked, capacities } = this;
    const settings = {
      id: 'EM1',
      manages: true,
      elements: Array.from({ length: 60 }, (_, at) => deviceOf(`d${at}`, [accessOf({ intervalMs: 1000 })])),
      ...(capacity !== undefined && { pool: { capacity } }),
    };
    const cost = () => owned.size * COST;
    this.watch = new OverloadWatch({
      env,
      collector: {
        owned: () => [...owned] as never,
        costOf: () => COST,
        queue: { running: 2, waiting: 0, share: 2 / 512 },
        writer: { fault: undefined, waiting: 3, share: 3 / 20_000, dropped: 0, takeUp: async () => {} },
        meter: {
          get costPerSecond() {
            return cost();
          },
          get ownedCost() {
            return cost();
          },
          figures: { overlapped: 0 },
          lag: () => ({ percentile95Ms: 4, worstMs: 30 }),
        } as never,
      },
      meter: { load: () => 0, busyMs: () => this.#busyMs, memoryBytes: () => 1, memoryShare: () => 0.1 },
      settings: () => settings as never,
      tell: (event) => void told.push(event),
      onCapacity: () => void capacities.push(this.watch.capacity),
      delegate: () =>
        answer &&
        (async (request) => {
          asked.push(request);
          return answer(request);
        }),
    });
    const pass = (): void => {
      this.#busyMs += (1000 * this.busy * owned.size) / 60;
      env.clock.after(1000, pass);
    };
    env.clock.after(1000, pass);
    this.watch.start();
  }

  get names(): string[] {
    return this.told.map(({ name, severity }) => `${name} ${severity}`);
  }

  async pass(ms: number): Promise<void> {
    await this.env.clock.advance(ms);
  }
}

const refuse = ({ elements }: DelegateRequest): DelegateResult => ({
  moved: [],
  refused: elements.map((element) => ({ element, reason: 'no other manager that is able has room for it' })),
});

describe('the watch over the workload', () => {
  it('says before polls are late that there is too much, and in no pool what would help', async () => {
    const one = new Bed();
    await one.pass(60_000);
    expect(one.told).to.deep.equal([]);
    one.busy = 0.65;
    await one.pass(120_000);
    expect(one.names).to.deep.equal(['managerOverload warning', 'loadNotTaken minor']);
    expect(one.told[0]?.text).to.match(/^EM1 is close to more than it can do: its main thread is busy \d\d % of/);
    expect(one.told[0]?.text).to.match(/longer intervals.*what costs most of its polling: device\/d\d+ \(2 %\)/);
    expect(one.told[1]?.text).to.match(/^EM1 is in no pool, so nobody can take any of its elements; longer intervals/);
    expect(one.watch.status).to.deep.include({ state: 'tight', waiting: 0, overlapped: 0 });
    one.busy = 0.2;
    await one.pass(240_000);
    expect(one.names.at(-1)).to.equal('managerOverload cleared');
    expect(one.watch.status.reason).to.equal(undefined);
    one.watch.close();
  });

  it('tells the pool how little it can carry and asks for as much as is beyond that, step by step', async () => {
    const one: Bed = new Bed(({ elements }) => {
      for (const name of elements) one.owned.delete(name);
      return { moved: elements.map((element) => ({ element, to: 'EM2' })), refused: [] };
    });
    one.busy = 0.65;
    await one.pass(90_000);
    expect(one.watch.state).to.equal('tight');
    expect(one.capacities.length).to.be.within(1, 12);
    expect(one.asked).to.have.length(1);
    expect(one.asked[0]).to.deep.include({ because: 'load' });
    expect(one.asked[0]?.elements.length).to.be.within(6, 20);
    await one.pass(300_000);
    expect(one.asked.length).to.be.within(1, 3);
    // Few moves: what is left fills what it can carry.
    expect(one.owned.size).to.be.within(34, 46);
    expect(one.names.filter((name) => name.startsWith('loadDelegated'))).to.have.length(one.asked.length);
    expect(one.names.at(-1)).to.equal('managerOverload cleared');
    expect(one.watch.status.cost).to.be.at.most(one.watch.capacity);
    one.watch.close();
  });

  it('says once that nobody takes anything, and why', async () => {
    const one = new Bed(refuse);
    one.busy = 0.7;
    await one.pass(400_000);
    expect(one.asked.length).to.be.within(3, 7);
    expect(one.names).to.deep.equal(['managerOverload warning', 'loadNotTaken minor']);
    expect(one.told[1]?.text).to.contain('no other manager that is able has room for it; longer intervals');
    one.watch.close();
  });

  it('takes a configured capacity at its word until it is found to be too high', async () => {
    const one = new Bed(refuse, 1500);
    await one.pass(100_000);
    expect(one.watch.capacity).to.equal(1500);
    one.busy = 0.75;
    await one.pass(100_000);
    expect(one.watch.capacity).to.be.below(300);
    one.watch.close();
  });
});
