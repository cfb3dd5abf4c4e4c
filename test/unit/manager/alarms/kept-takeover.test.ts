/** What a new owner makes of the alarms that it finds, where those who have them are not all as they were. */
import { expect } from 'chai';
import { type Alarm, alarmState } from '../../../../src/model/alarm.js';
import type { ElementName } from '../../../../src/model/element.js';
import { Stream } from '../../../../src/sim/random.js';
import { Disk } from '../../../sim/alarms/disk.js';
import { SimulatedManager } from '../../../sim/alarms/manager.js';
import { Network } from '../../../sim/alarms/network.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { member, standingPool } from '../../../support/fake-pool.js';
import { CollectingLogger, seededRandom } from '../../../support/test-env.js';

const ROUTER: ElementName = 'device/core1';
const epochOf = (number: number) => ({ term: 1, number, giver: 'EM1' });

/** EM1 to EM3; nothing is late or lost but what is cut. */
class Pool {
  readonly clock = new FakeClock();
  readonly #managers: readonly SimulatedManager[];
  readonly network: Network;
  standIn = 'EM2';

  constructor() {
    this.network = new Network(this.clock, new Stream(1, 'network'), { handlersOf: (id) => this.em(id).handlers });
    this.network.late = 0;
    this.#managers = ['EM1', 'EM2', 'EM3'].map((id, at) => this.#manager(id, at));
  }

  em(id: string): SimulatedManager {
    const found = this.#managers.find((one) => one.id === id);
    if (!found) throw new Error(`there is no ${id}`);
    return found;
  }

  async start(): Promise<void> {
    for (const manager of this.#managers) await manager.start();
  }

  tell(id: string, alarm: string): void {
    const now = this.em(id).env.clock.now();
    this.em(id).tell({ time: now, severity: 'major', name: 'told', text: alarm, element: ROUTER, alarm });
  }

  openAt(id: string): string[] {
    return this.em(id).shown(ROUTER).map(wordsOf);
  }

  #manager(id: string, at: number): SimulatedManager {
    return new SimulatedManager({
      id,
      env: { clock: this.clock, random: seededRandom(at + 1), log: new CollectingLogger() },
      disk: new Disk(this.clock, new Stream(at, 'disk')),
      machine: {},
      peer: (to) => this.network.peer(id, to),
      pool: () => ({
        view: standingPool(this.#managers.map((one) => member(one.id))),
        assignmentOf: (element) => ({ element, homes: [], owner: 'EM1', standIn: this.standIn }),
      }),
      onShown: () => {},
    });
  }
}

const wordsOf = (alarm: Alarm): string => `${alarm.key} ${alarmState(alarm)}`;

describe('alarms that a new owner finds', () => {
  it('stand on where the former owner is up again, and nothing of the element is its own any more', async () => {
    const pool = new Pool();
    await pool.start();
    pool.em('EM1').own(ROUTER, epochOf(1));
    await pool.clock.advance(3000);
    pool.tell('EM1', 'cpu');
    await pool.clock.advance(2000);
    expect(pool.openAt('EM1')).to.deep.equal(['cpu raised']);
    const bundle = pool.em('EM1').decided(ROUTER);

    pool.em('EM1').crash();
    await pool.em('EM1').start();
    await pool.clock.advance(500);
    pool.em('EM3').own(ROUTER, epochOf(2), bundle);
    await pool.clock.advance(3000);
    expect(pool.openAt('EM3')).to.deep.equal(['cpu raised']);
    expect(pool.em('EM3').shown(ROUTER)[0]?.id).to.equal(bundle[0]?.id);
  });

  it('stand on where they were brought, and the owner was lost before its keeper had heard of them', async () => {
    const pool = new Pool();
    await pool.start();
    pool.em('EM1').own(ROUTER, epochOf(1));
    await pool.clock.advance(3000);
    pool.tell('EM1', 'cpu');
    pool.tell('EM1', 'fan');
    await pool.clock.advance(2000);
    const before = pool.em('EM1').decided(ROUTER);
    const ends = { time: 0, severity: 'cleared', name: 'told', text: '', element: ROUTER, alarm: 'fan' } as const;
    pool.em('EM1').tell(ends);
    await pool.clock.advance(2000);
    pool.network.cut('EM1', 'EM2');
    pool.network.cut('EM1', 'EM3');
    pool.tell('EM1', 'link 3');
    const link = pool
      .em('EM1')
      .decided(ROUTER)
      .filter(({ key }) => key === 'link 3');
    await pool.clock.advance(10);
    pool.em('EM1').crash();

    pool.em('EM2').own(
      ROUTER,
      epochOf(2),
      [...before, ...link],
      link.map(({ id }) => id),
    );
    await pool.clock.advance(3000);
    expect(pool.openAt('EM2')).to.have.members(['cpu raised', 'link 3 raised']);
  });

  for (const next of ['EM1', 'EM2'])
    it(`stand on at ${next} where the owner is lost before it has begun a copy, after EM1 has handed them over`, async () => {
      const pool = new Pool();
      await pool.start();
      pool.em('EM1').own(ROUTER, epochOf(1));
      await pool.clock.advance(3000);
      pool.tell('EM1', 'cpu');
      await pool.clock.advance(2000);
      const bundle = pool.em('EM1').decided(ROUTER);

      pool.em('EM3').own(ROUTER, epochOf(2), bundle);
      pool.em('EM1').leave(ROUTER, 'EM3');
      await pool.clock.advance(10);
      pool.em('EM3').crash();
      await pool.clock.advance(1500);
      pool.em(next).own(ROUTER, epochOf(3));
      await pool.clock.advance(3000);
      expect(pool.openAt(next)).to.deep.equal(['cpu raised']);
    });
});
