/** Managers of one pool whose elements depend on each other: real collectors and alarms on one virtual clock. */

import type { AccessMethod, PollAnswer } from '../../../../src/access/access.js';
import { PtpError } from '../../../../src/base/errors.js';
import type { Settings } from '../../../../src/config/settings.js';
import { AlarmBook } from '../../../../src/manager/alarms/alarm-book.js';
import { ALONE } from '../../../../src/manager/alarms/keeper.js';
import { Collector } from '../../../../src/manager/collector/collector.js';
import { Correlation, type CorrelationCore } from '../../../../src/manager/correlation/correlation.js';
import { standingsFor, standingsOf } from '../../../../src/manager/correlation/standings.js';
import { ElementTable } from '../../../../src/manager/element-table.js';
import type { Alarm } from '../../../../src/model/alarm.js';
import type { AccessMethodName, ManagedElement } from '../../../../src/model/element.js';
import type { Peer } from '../../../../src/peer/peer.js';
import type { Store } from '../../../../src/store/store.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { type FakePool, fakePool, member } from '../../../support/fake-pool.js';
import { CollectingLogger, seededRandom } from '../../../support/test-env.js';
import { epochOf, eventsOf, MemoryStore } from '../collector/world.js';

export interface Manager {
  readonly id: string;
  readonly store: MemoryStore;
  readonly table: ElementTable;
  readonly collector: Collector;
  readonly alarms: AlarmBook;
  readonly correlation: Correlation;
  readonly pool: FakePool;
  /** Operations that were asked of it. */
  readonly asked: string[];
}

export class DependenceWorld {
  readonly clock = new FakeClock();
  readonly managers: Manager[];
  /** Ids of elements by which nothing answers. */
  readonly dead = new Set<string>();
  /** Ids of managers that do not answer others. */
  readonly silent = new Set<string>();

  /** @param voters Managers that know the inventory; default all. The first leads. */
  constructor(ids: readonly string[], voters: readonly string[] = ids) {
    this.managers = ids.map((id) => this.#manager(id, ids, voters.includes(id)));
  }

  at(id: string): Manager {
    const found = this.managers.find((one) => one.id === id);
    if (!found) throw new Error(`there is no manager ${id}`);
    return found;
  }

  /** An element is polled by this manager from now on. */
  own(id: string, element: ManagedElement): void {
    for (const { pool } of this.managers.filter(({ pool }) => pool.view.role === 'master' || pool.rows !== NO_ROWS))
      pool.rows.push({ element: element.name, owner: id, homes: [id] });
    this.at(id).collector.own({ element, epoch: epochOf(1), arrival: 'start' });
  }

  status(element: string): string | undefined {
    return this.managers
      .map(({ table }) => table.get(`device/${element}`) ?? table.get(`service/${element}`))
      .find(Boolean)?.status;
  }

  reason(element: string): string | undefined {
    return this.managers
      .map(({ table }) => table.get(`device/${element}`) ?? table.get(`service/${element}`))
      .find(Boolean)?.reason;
  }

  events(name: string): readonly string[] {
    return this.managers.flatMap(({ store }) => eventsOf(store, name));
  }

  open(): readonly Alarm[] {
    return this.managers.flatMap(({ alarms }) => alarms.open());
  }

  async stop(): Promise<void> {
    for (const { collector, correlation, alarms } of this.managers) {
      correlation.close();
      await collector.stop();
      await alarms.close();
    }
  }

  #manager(id: string, ids: readonly string[], isVoter: boolean): Manager {
    const { clock } = this;
    const env = { clock, log: new CollectingLogger(), random: seededRandom(id) };
    const store = new MemoryStore();
    const table = new ElementTable(id);
    const settings = { id, credentials: new Map(), filters: [], eventRules: [] } as unknown as Settings;
    const [master] = ids;
    const pool = fakePool({
      ...(master !== undefined && { master }),
      role: id === master ? 'master' : 'secondary',
      standing: ids.length > 1 ? 'member' : 'alone',
      members: ids.map((one) => member(one)),
    });
    if (!isVoter) pool.rows = NO_ROWS;
    const asked: string[] = [];
    const alarms: AlarmBook = new AlarmBook({
      env,
      manager: id,
      store,
      rules: () => [],
      keeper: ALONE,
      sparing: (alarm) => correlation.sparingOf(alarm),
      onBetweenPolls: (element) => void collector.review.judge(element),
    });
    const directory = {
      get: (manager: string) => ({ reach: this.silent.has(manager) ? 'silent' : 'alive' }),
      peer: (manager: string) => this.#peer(manager),
    };
    const core = { env, settings, pool, directory, alarms, store, table } as unknown as CorrelationCore;
    const correlation = new Correlation(core);
    const collector = new Collector({
      env,
      store: store as unknown as Store,
      table,
      alarms,
      methods: new Map<AccessMethodName, AccessMethod>([['http', this.#method()]]),
      settings: () => settings,
      others: correlation,
      onPolled: (element) => correlation.polled(element),
    });
    Object.assign(core, { collector });
    return { id, store, table, collector, alarms, correlation, pool, asked };
  }

  #peer(manager: string): Peer {
    return {
      call: async (operation: string, input: unknown) => {
        const to = this.at(manager);
        to.asked.push(operation);
        if (this.silent.has(manager)) throw new PtpError('Server.Timeout', `${manager} does not answer`);
        if (operation === 'tryElement') return { outcome: 'unreached' } as never;
        const core = { ...to, env: { clock: this.clock } } as unknown as CorrelationCore;
        return standingsFor(standingsOf(core), input as Parameters<typeof standingsFor>[1]) as never;
      },
      close: async () => {},
    };
  }

  #method(): AccessMethod {
    return {
      method: 'http',
      poll: async ({ element: { id } }): Promise<PollAnswer> => {
        if (this.dead.has(id)) throw new PtpError('Access.Timeout', 'no answer within 1 s');
        return { readings: [], events: [] };
      },
      check: () => [],
      close: async () => {},
    };
  }
}

const NO_ROWS: FakePool['rows'] = [];
