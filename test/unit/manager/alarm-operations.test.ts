/** Alarms asked for and changed at any manager of a pool that lives in memory. */
import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import type { AlarmDesk } from '../../../src/manager/alarm-desk.js';
import type { ManagerCore } from '../../../src/manager/core.js';
import { createInvoke } from '../../../src/manager/invoke.js';
import { alarmHandlers } from '../../../src/manager/operations/alarms.js';
import type { Alarm, AlarmAction, AlarmQuery } from '../../../src/model/alarm.js';
import type { NewEvent } from '../../../src/model/event.js';
import type { UserRole } from '../../../src/model/manager.js';
import type { CallContext, Invoke, Peer } from '../../../src/peer/peer.js';
import { testEnv } from '../../support/test-env.js';

const NOW = Date.UTC(2026, 2, 14);

const alarm = (id: string, manager: string, more: Partial<Alarm> = {}): Alarm => ({
  id,
  manager,
  element: `device/${id}`,
  key: 'reach',
  name: 'elementDown',
  severity: 'major',
  worst: 'major',
  text: `${id} is down`,
  raisedAt: NOW - 60_000,
  changedAt: NOW - 60_000,
  lastAt: NOW,
  count: 1,
  revision: 1,
  change: 1,
  told: 0,
  keptBy: 'other',
  ...more,
});

const as = (name: string, role: UserRole = 'operator'): CallContext => ({
  caller: { kind: 'user', name, role, from: '127.0.0.1' },
  requestId: 'r1',
  hops: 0,
  signal: new AbortController().signal,
});
const ADA = as('ada');

class Desk implements AlarmDesk {
  readonly alarms: Map<string, Alarm>;

  constructor(alarms: readonly Alarm[]) {
    this.alarms = new Map(alarms.map((one) => [one.id, one]));
  }
  open() {
    return [...this.alarms.values()].filter(({ severity }) => severity !== 'cleared');
  }
  get(id: string) {
    return this.open().find((one) => one.id === id);
  }
  ofElement(element: string) {
    return this.open().filter((one) => one.element === element);
  }
  async acknowledge(id: string, acknowledged: AlarmAction) {
    return this.#change(id, { acknowledged });
  }
  async clear(id: string, cleared: AlarmAction) {
    return this.#change(id, { cleared, severity: 'cleared' });
  }
  #change(id: string, change: Partial<Alarm>): Alarm {
    const found = this.alarms.get(id);
    if (!found) throw new PtpError('Client.NotFound', 'it went while nobody looked');
    const changed = { ...found, ...change, changedAt: NOW };
    this.alarms.set(id, changed);
    return changed;
  }
}

/** Managers that ask each other; `silent` ones do not answer. */
function poolOf(alarms: Readonly<Record<string, readonly Alarm[]>>, silent: readonly string[] = []) {
  const env = testEnv({ startMs: NOW });
  const invokes = new Map<string, Invoke>();
  const asked: string[] = [];
  const events: NewEvent[] = [];
  const peer = (id: string): Peer => ({
    call: async (operation, input, options = {}) => {
      asked.push(`${id} ${operation}`);
      const invoke = invokes.get(id);
      if (!invoke || silent.includes(id)) throw new PtpError('Server.Unavailable', `${id} cannot be reached`);
      const { caller, hops = 0, requestId = '' } = options.onBehalfOf ?? {};
      return invoke(operation, input, { ...ADA, requestId, hops, ...(caller && { caller }) });
    },
    close: async () => {},
  });
  for (const [id, all] of Object.entries(alarms)) {
    const desk = new Desk(all);
    const ids = Object.keys(alarms).filter((one) => one !== id);
    const core = {
      env,
      settings: { id },
      defaultScope: 'self',
      alarms: desk,
      table: {
        get: (name: string) => ({
          epoch: { term: name.endsWith('moved') && id === 'em2' ? 9 : 1, number: 1, giver: id },
        }),
        find: () => undefined,
      },
      pool: { assignmentOf: () => undefined },
      directory: {
        ids: () => ids,
        get: (other: string) => ({ reach: silent.includes(other) ? 'unreachable' : 'alive' }),
        peer,
      },
      store: {
        recordEvents: async (all: readonly NewEvent[]) => void events.push(...all),
        queryAlarms: async ({ id: wanted, states, after, offset, limit }: AlarmQuery) => {
          const rows = [...desk.alarms.values()]
            .filter((one) => wanted === undefined || one.id === wanted)
            .filter(
              ({ severity }) => states === undefined || states.includes(severity === 'cleared' ? 'cleared' : 'raised'),
            )
            .sort((a, b) => b.changedAt - a.changedAt || (a.id < b.id ? 1 : -1));
          const left = rows.filter(
            (one) =>
              !after || one.changedAt < after.changedAt || (one.changedAt === after.changedAt && one.id < after.id),
          );
          return { rows: left.slice(offset, offset + limit), total: rows.length };
        },
      },
    } as unknown as ManagerCore;
    invokes.set(
      id,
      createInvoke(() => alarmHandlers(core)),
    );
  }
  const at = (id: string): Invoke => {
    const invoke = invokes.get(id);
    if (!invoke) throw new Error(id);
    return invoke;
  };
  return { at, asked, events };
}

const fault = (refused: Promise<unknown>): Promise<string> =>
  refused.then(
    (answer) => `answered ${JSON.stringify(answer)}`,
    (thrown: PtpError) => `${thrown.fault} at ${thrown.place.path}: ${thrown.message}`,
  );

describe('alarms at any manager', () => {
  const THREE = {
    em1: [alarm('a', 'em1'), alarm('b', 'em1', { severity: 'critical', worst: 'critical' })],
    em2: [alarm('c', 'em2', { severity: 'warning', raisedAt: NOW - 5_000 })],
    em3: [alarm('d', 'em3'), alarm('e', 'em3', { severity: 'cleared', cleared: { by: 'ptpmgr', at: NOW - 1000 } })],
  };

  it('lists its own, the worst first, with owner and epoch', async () => {
    const { at } = poolOf(THREE);
    const { alarms, counts, total, parts } = await at('em1')('getAlarms', {}, ADA);
    expect(alarms.map(({ id, manager, epoch, age, state }) => [id, manager, epoch, age, state])).to.deep.equal([
      ['b', 'em1', '1.1.em1', 0, 'raised'],
      ['a', 'em1', '1.1.em1', 0, 'raised'],
    ]);
    expect(counts).to.deep.equal([
      { severity: 'critical', count: 1 },
      { severity: 'major', count: 1 },
    ]);
    expect([total, parts]).to.deep.equal([2, [{ manager: 'em1', age: 0, source: 'memory' }]]);
  });

  const lists: [string, object, string[]][] = [
    ['all that is open', {}, ['b', 'a', 'd', 'c']],
    ['this severity or worse', { severity: 'major' }, ['b', 'a', 'd']],
    ['that severity alone', { filter: 'severity:major' }, ['a', 'd']],
    ['of a manager', { filter: 'manager:em3' }, ['d']],
    ['by words', { text: 'C is' }, ['c']],
    ['about an element', { element: 'device/c' }, ['c']],
    ['about an element by its bare id', { element: 'a' }, ['a']],
    ['by its id', { alarm: 'd' }, ['d']],
    ['by its id, when it is over', { alarm: 'e' }, ['e']],
    ['those that are over', { state: 'cleared' }, ['e']],
    ['of the store', { source: 'store' }, ['d', 'c', 'b', 'a']],
    ['in another order', { sort: 'element' }, ['a', 'b', 'c', 'd']],
    ['that changed lately', { from: NOW - 10_000 }, ['c']],
  ];
  for (const [what, query, ids] of lists)
    it(`lists of the pool the same at every manager: ${what}`, async () => {
      const { at } = poolOf(THREE);
      for (const id of ['em1', 'em2', 'em3']) {
        const { alarms, total } = await at(id)('getAlarms', { scope: 'pool', ...query }, ADA);
        expect([alarms.map((one) => one.id), total], id).to.deep.equal([ids, ids.length]);
      }
    });

  for (const query of [{}, { state: 'all' }] as const)
    it(`reads on page by page without asking for more than a page: ${JSON.stringify(query)}`, async () => {
      const many = (manager: string, count: number) =>
        Array.from({ length: count }, (_, index) =>
          alarm(`${manager}x${index}`, manager, { changedAt: NOW - index, raisedAt: NOW - index * 7 }),
        );
      const { at, asked } = poolOf({ em1: many('em1', 7), em2: many('em2', 4), em3: many('em3', 9) });
      const whole = await at('em1')('getAlarms', { scope: 'pool', ...query }, ADA);
      const seen: string[] = [];
      let next: string | undefined;
      let pages = 0;
      do {
        asked.length = 0;
        // Another manager for each page: the place means the same to all.
        const question = { scope: 'pool', pageSize: 3, ...query, ...(next !== undefined && { after: next }) } as const;
        const answer = await at(`em${(pages % 3) + 1}`)('getAlarms', question, ADA);
        expect([answer.total, asked.length]).to.deep.equal([20, 2]);
        seen.push(...answer.alarms.map(({ id }) => id));
        next = answer.next;
        pages += 1;
      } while (next !== undefined);
      expect(seen).to.deep.equal(whole.alarms.map(({ id }) => id));
      expect(pages).to.equal(7);
    });

  it('names who did not answer, and tells of the others', async () => {
    const { at } = poolOf(THREE, ['em3']);
    const { alarms, missing } = await at('em2')('getAlarms', { scope: 'pool' }, ADA);
    expect(alarms.map(({ id }) => id)).to.deep.equal(['b', 'a', 'c']);
    expect(missing).to.deep.equal([{ manager: 'em3', reason: 'em3 cannot be reached' }]);
  });

  it('shows an alarm once while its element is on the move: the newer ownership counts', async () => {
    const { at } = poolOf({
      em1: [alarm('moved', 'em1', { count: 2 })],
      em2: [alarm('moved', 'em2', { count: 3 })],
      em3: [],
    });
    for (const id of ['em1', 'em2', 'em3']) {
      const { alarms, total, counts } = await at(id)('getAlarms', { scope: 'pool' }, ADA);
      expect(
        alarms.map(({ manager }) => manager),
        id,
      ).to.deep.equal(['em2']);
      expect([total, counts]).to.deep.equal([1, [{ severity: 'major', count: 1 }]]);
    }
  });

  it('counts what the filter leaves, each alarm once', async () => {
    const { at } = poolOf({
      em1: [alarm('moved', 'em1', { severity: 'critical', worst: 'critical' }), alarm('x', 'em1')],
      em2: [alarm('moved', 'em2'), alarm('y', 'em2', { severity: 'warning' })],
      em3: [],
    });
    const counted = async (filter?: string) => {
      const { counts, total } = await at('em3')('getAlarms', { scope: 'pool', ...(filter && { filter }) }, ADA);
      return [total, ...counts.map(({ severity, count }) => `${severity} ${count}`)];
    };
    expect(await counted()).to.deep.equal([3, 'major 2', 'warning 1']);
    expect(await counted('severity:warning')).to.deep.equal([1, 'warning 1']);
    expect(await counted('moved')).to.deep.equal([1, 'major 1']);
    expect(await counted('nothing of that kind')).to.deep.equal([0]);
  });

  it('has it acknowledged by its owner, once for whoever asks again', async () => {
    const { at, events } = poolOf(THREE);
    const input = { alarm: 'd', note: ' the carrier knows ' };
    const first = await at('em1')('acknowledgeAlarm', input, ADA);
    expect(first.alarm.acknowledged).to.deep.equal({ by: 'ada', at: NOW, note: 'the carrier knows' });
    expect([first.alone, first.alarm.manager]).to.deep.equal([false, 'em3']);
    expect((await at('em2')('acknowledgeAlarm', input, ADA)).alarm.acknowledged).to.deep.equal(
      first.alarm.acknowledged,
    );
    expect(events.map(({ name, text, element, source }) => [name, text, element, source])).to.deep.equal([
      [
        'alarmAcknowledged',
        'ada acknowledged the alarm d (d is down): the carrier knows',
        'device/d',
        'user ada from 127.0.0.1',
      ],
    ]);
    expect(await fault(at('em2')('acknowledgeAlarm', { alarm: 'd' }, as('bob')))).to.equal(
      'Client.Conflict at alarm: alarm "d": ada has acknowledged it already, at 2026-03-14T00:00:00.000Z: "the carrier knows"',
    );
  });

  it('has it cleared by its owner; what is over can be neither acknowledged nor cleared', async () => {
    const { at } = poolOf(THREE);
    const first = await at('em2')('clearAlarm', { alarm: 'a', note: 'mended' }, ADA);
    expect([first.alarm.state, first.alarm.cleared?.by]).to.deep.equal(['cleared', 'ada']);
    expect((await at('em3')('clearAlarm', { alarm: 'a', note: 'mended' }, ADA)).alarm.id).to.equal('a');
    expect(await fault(at('em1')('clearAlarm', { alarm: 'a' }, as('bob')))).to.equal(
      'Client.Conflict at alarm: alarm "a": it was cleared meanwhile by ada at 2026-03-14T00:00:00.000Z; there is nothing left to clear',
    );
    expect(await fault(at('em1')('acknowledgeAlarm', { alarm: 'e' }, ADA))).to.match(
      /^Client\.Conflict at alarm: alarm "e": it was cleared meanwhile by ptpmgr at .*; only open alarms are acknowledged$/,
    );
  });

  it('refuses what cannot be', async () => {
    const { at } = poolOf(THREE);
    const whole = at('em1');
    expect(await fault(whole('clearAlarm', { alarm: 'z' }, ADA))).to.equal(
      'Client.NotFound at alarm: there is no alarm "z" at any manager; getAlarms lists those that there are, with their ids',
    );
    expect(await fault(poolOf(THREE, ['em3']).at('em1')('clearAlarm', { alarm: 'd' }, ADA))).to.equal(
      'Server.Unavailable at alarm: the alarm "d" is at none of the managers that answered; no answer came from em3 (em3 cannot be reached)',
    );
    expect(await fault(whole('acknowledgeAlarm', { alarm: 'a' }, as('bob', 'viewer')))).to.match(/^Client\.Forbidden/);
    expect(await fault(whole('acknowledgeAlarm', { alarm: 'a', note: 'x'.repeat(1001) }, ADA))).to.match(
      /^Client\.Validation at note: the note has 1001 characters; 1000 is the most/,
    );
    expect(await fault(whole('getAlarms', { state: 'cleared', sort: 'element' }, ADA))).to.match(
      /^Client\.Validation at sort/,
    );
    expect(await fault(whole('getAlarms', { after: 'eyJ9' }, ADA))).to.match(/^Client\.Validation at after/);
    expect(await fault(whole('getAlarms', { scope: 'pool', page: 11, pageSize: 100 }, ADA))).to.match(
      /^Client\.Validation at page: .*read on with after/,
    );
  });
});
