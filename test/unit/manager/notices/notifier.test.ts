/** The notifier over a store in memory: what is on disk when, what is sent, and what people are told of it. */
import { expect } from 'chai';
import type { Outgoing } from '../../../../src/access/notices/sender.js';
import { PtpError } from '../../../../src/base/errors.js';
import type { Destination, EventRule } from '../../../../src/config/settings.js';
import { Notifier } from '../../../../src/manager/notices/notifier.js';
import type { EventQuery, NewEvent, PtpEvent } from '../../../../src/model/event.js';
import type { NoticeChange, WaitingNotice } from '../../../../src/store/store.js';
import { type TestEnv, testEnv } from '../../../support/test-env.js';
import { alarm, cleared, event } from '../../assess/notices/samples.js';

class FakeStore {
  readonly notices = new Map<number, WaitingNotice>();
  readonly notes = new Map<string, string>();
  events: PtpEvent[] = [];
  isFull = false;

  async changeNotices({ put, removed }: NoticeChange): Promise<void> {
    if (this.isFull) throw new PtpError('Store.Failed', 'no space left on device');
    for (const id of removed) this.notices.delete(id);
    for (const one of put) this.notices.set(one.id, one);
  }

  async loadNotices(after: number, limit: number): Promise<readonly WaitingNotice[]> {
    const sorted = [...this.notices.values()].sort((a, b) => a.id - b.id);
    return sorted.filter(({ id }) => id > after).slice(0, limit);
  }

  async getNote(name: string): Promise<string | undefined> {
    return this.notes.get(name);
  }

  async putNote(name: string, value: string): Promise<void> {
    this.notes.set(name, value);
  }

  async queryEvents({ from = 0, offset, limit }: EventQuery) {
    const rows = this.events.filter(({ time }) => time >= from).reverse();
    return { rows: rows.slice(offset, offset + limit), total: rows.length };
  }
}

const trap = (id: string): Destination => ({ id, type: 'trap', host: '127.0.0.1' });

describe('the notifier', () => {
  let env: TestEnv;
  let store: FakeStore;
  let destinations: Destination[];
  let rules: EventRule[];
  let sent: { readonly to: string; readonly outgoing: Outgoing }[];
  let refusal: Error | undefined;
  let recorded: Omit<NewEvent, 'time'>[];
  let told: (readonly [string, number])[];
  let notifier: Notifier;
  let incarnation: number;

  const made = (): Notifier =>
    new Notifier({
      env,
      store,
      incarnation: ++incarnation,
      settings: () => ({
        id: 'EM1',
        address: { id: 'EM1', role: 'EM', origin: 'http://em1.example:8080', context: 'ptpmgr/em' },
        destinations,
        eventRules: rules,
        credentials: new Map(),
      }),
      ownerOf: () => 'own',
      async sendTrap(outgoing, { id }) {
        if (refusal) throw refusal;
        sent.push({ to: id, outgoing });
      },
      record: (one) => recorded.push(one),
      onTold: (changes) => told.push(...changes.map(({ alarm: id, change }) => [id, change] as const)),
    });

  beforeEach(async () => {
    env = testEnv();
    store = new FakeStore();
    destinations = [trap('noc')];
    rules = [{ actions: ['store', 'trap'] }];
    sent = [];
    recorded = [];
    told = [];
    refusal = undefined;
    incarnation = 0;
    notifier = made();
    await notifier.start();
  });

  const ids = (): string[] => sent.map(({ to, outgoing }) => `${to} ${outgoing.message.id}`);
  const stored = (one: PtpEvent): void => {
    store.events.push(one);
    notifier.stored([one]);
  };

  it('sends an alarm when it is on disk, and says that it is told', async () => {
    notifier.tell([alarm('a1')]);
    expect(ids()).to.deep.equal([]);
    await env.clock.advance(25);
    expect(store.notices.size).to.equal(1);
    await env.clock.advance(1000);
    expect(ids()).to.deep.equal(['noc a1.1']);
    expect(told).to.deep.equal([['a1', 1]]);
    await env.clock.advance(100);
    expect(store.notices.size).to.equal(0);
    expect(sent[0]?.outgoing.telling.pageOf('device/a b')).to.equal('http://em1.example:8080/ptpmgr/em/devices?id=a+b');
  });

  it('tells an event of which an alarm comes as that alone', async () => {
    stored(event(1, { alarm: 'down' }));
    rules = [{ name: 'linkDown', actions: ['alarm', 'trap'] }, { actions: ['trap'] }];
    stored(event(2, { name: 'linkDown' }));
    stored(event(3));
    await env.clock.advance(1000);
    expect(ids()).to.deep.equal(['noc EM1-event-3']);
  });

  it('tells whom the rule names, and no trap of what came by a trap of a manager', async () => {
    destinations = [trap('noc'), trap('other'), { id: 'mail', type: 'smtp', url: 'smtp://127.0.0.1:1', to: ['a@b'] }];
    rules = [{ name: 'one', actions: ['store'], to: ['other'] }, { actions: ['trap'] }];
    notifier.take();
    stored(event(1, { name: 'one' }));
    stored(event(2));
    stored(event(3, { source: 'trap of manager EM2 at 127.0.0.1' }));
    await env.clock.advance(1000);
    expect(ids().toSorted()).to.deep.equal(['noc EM1-event-2', 'other EM1-event-1', 'other EM1-event-2']);
  });

  it('tries again, tells of a destination that fails, to others only, and when it works again', async () => {
    destinations = [trap('noc'), trap('other')];
    notifier.take();
    refusal = new PtpError('Access.Refused', 'noc refused the connection');
    notifier.tell([alarm('a1')]);
    await env.clock.advance(60_000);
    const failed = recorded.filter(({ name }) => name === 'noticesNotSent');
    expect(failed.map(({ source, alarm: key }) => [source, key])).to.deep.equal([
      ['destination noc', 'destination noc'],
      ['destination other', 'destination other'],
    ]);
    expect(notifier.destinations()[0]).to.deep.include({ id: 'noc', condition: 'failing', waiting: 1 });
    expect(notifier.destinations()[0]?.lastFailure?.text).to.equal('noc refused the connection');
    refusal = undefined;
    notifier.tell([alarm('n1', { name: 'noticesNotSent', source: 'destination noc', element: undefined })]);
    await env.clock.advance(300_000);
    expect(ids().toSorted()).to.deep.equal(['noc a1.1', 'other a1.1', 'other n1.1']);
    expect(recorded.filter(({ name, severity }) => name === 'noticesSent' && severity === 'cleared')).to.have.length(2);
    expect(notifier.destinations()[0]).to.include({ condition: 'working', waiting: 0, sent: 1 });
  });

  it('leaves out what is refused for good, and says how much that was', async () => {
    refusal = new PtpError('Access.Content', 'noc answered 400');
    stored(event(1));
    await env.clock.advance(120_000);
    expect(recorded.map(({ name, text }) => `${name}: ${text}`)).to.include(
      'noticesLost: 1 notices for destination noc were given up: the destination refuses them',
    );
    expect(store.notices.size).to.equal(0);
  });

  it('sends although the store is full', async () => {
    store.isFull = true;
    notifier.tell([alarm('a1')]);
    await env.clock.advance(1000);
    expect(ids()).to.deep.equal(['noc a1.1']);
    store.isFull = false;
    await env.clock.advance(20_000);
    expect(store.notices.size).to.equal(0);
  });

  describe('after a crash', () => {
    it('sends what waited, and what was recorded and not looked at', async () => {
      stored(event(1));
      await env.clock.advance(3000);
      refusal = new PtpError('Access.Refused', 'nobody listens');
      notifier.tell([alarm('a1'), cleared(alarm('a2'))]);
      stored(event(2));
      await env.clock.advance(100);
      expect(store.notices.size).to.equal(3);
      // On disk, and then the power fails.
      store.events.push(event(3));
      sent = [];
      refusal = undefined;
      // The former one's time stands still.
      env = testEnv({ startMs: env.clock.now() });
      notifier = made();
      await notifier.start();
      await env.clock.advance(5000);
      expect(ids().toSorted()).to.deep.equal([
        ...['EM1-event-2', 'EM1-event-3', 'a1.1', 'a2.2'].map((id) => `noc ${id}`),
      ]);
      expect(told.toSorted()).to.deep.equal([
        ['a1', 1],
        ['a2', 2],
      ]);
      await env.clock.advance(1000);
      expect(store.notices.size).to.equal(0);
    });

    it('leaves out what cannot be read', async () => {
      store.notices.set(5, { id: 5, destination: 'noc', body: '{"notice":{"kind":"odd"}}' });
      store.notices.set(6, { id: 6, destination: 'noc', body: 'x' });
      notifier = made();
      await notifier.start();
      await env.clock.advance(1000);
      expect(sent).to.deep.equal([]);
      expect(store.notices.size).to.equal(0);
    });
  });

  it('sends the last word before it ends, and keeps what cannot be sent', async () => {
    destinations = [trap('noc'), { id: 'mail', type: 'webhook', url: 'http://127.0.0.1:1/' }];
    rules = [{ actions: ['trap', 'webhook'] }];
    notifier.take();
    stored(event(1, { name: 'managerStopped' }));
    const closing = notifier.close();
    await env.clock.advance(5000);
    await closing;
    expect(ids()).to.deep.equal(['noc EM1-event-1']);
    expect([...store.notices.values()].map(({ destination }) => destination)).to.deep.equal(['mail']);
  });

  it('tries a destination when it is asked to, past whatever waits', async () => {
    refusal = new PtpError('Access.Refused', 'nobody listens');
    stored(event(1));
    await env.clock.advance(1000);
    const failed: unknown = await notifier.test('noc', 'ada').catch((thrown: unknown) => thrown);
    expect(failed).to.include({ code: 'Server.Unavailable', message: 'nobody listens' });
    refusal = undefined;
    await notifier.test('noc', 'ada');
    expect(sent[0]?.outgoing.message.content).to.have.nested.property(
      'notice.text',
      'This is a test message of EM1, asked for by ada. Nothing has happened.',
    );
  });
});
