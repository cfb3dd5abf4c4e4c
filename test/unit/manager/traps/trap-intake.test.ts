/** From datagrams to the event log: whose they are, what is answered and when, storms, refusals, a store that is behind. */
import { expect } from 'chai';
import { encodePdu, PDU } from '../../../../src/access/snmp/message/pdu.js';
import { messageBindings } from '../../../../src/access/snmp/traps/ptpmgr-mib.js';
import { eventNotice } from '../../../../src/assess/notices/notice.js';
import type { EventRule } from '../../../../src/config/settings.js';
import { AddressBook } from '../../../../src/manager/traps/address-book.js';
import { TrapIntake } from '../../../../src/manager/traps/trap-intake.js';
import type { ElementName, ManagedElement } from '../../../../src/model/element.js';
import { type TestEnv, testEnv } from '../../../support/test-env.js';
import {
  communityMessage,
  frame,
  inform,
  newReader,
  START_MS,
  trap1,
  trap2,
  trap3,
  user,
} from '../../access/snmp/traps/sending.js';
import { FakeEvents } from './fake-store.js';

const element = (kind: ManagedElement['kind'], id: string, ip: string): ManagedElement => ({
  kind,
  id,
  name: `${kind}/${id}`,
  ip,
  pool: false,
  customers: [],
  links: [],
  parents: [],
  access: [],
});
const ELEMENTS = [
  element('device', 'core1', '10.0.0.1'),
  element('service', 'shop', '10.0.0.1'),
  element('device', 'twin1', '10.0.0.2'),
  element('device', 'twin2', '10.0.0.2'),
  element('device', 'six', '2001:DB8:0:0::7'),
];

/** After this all that came is on its way to the disk. */
const GATHERED_MS = 30;
/** As well, where it is much. */
const MUCH_GATHERED_MS = 110;
const COLD_START = '1.3.6.1.6.3.1.1.5.1';

describe('traps on their way to the event log', () => {
  let env: TestEnv;
  let store: FakeEvents;
  let intake: TrapIntake;
  let rules: EventRule[];
  let replies: Buffer[];

  beforeEach(() => {
    env = testEnv();
    store = new FakeEvents();
    rules = [];
    replies = [];
    const book = new AddressBook(ELEMENTS);
    intake = new TrapIntake({ env, store, reader: newReader().reader, addresses: () => book, rules: () => rules });
  });

  const send = (message: Buffer, address = '10.0.0.1') =>
    intake.take(message, { address, reply: (reply) => void replies.push(reply) });
  const trap = (id = 1) => communityMessage(trap2(undefined, id));
  const ask = (id = 1) => communityMessage(inform(frame(COLD_START), id));

  it('are events of the device that has the address of the sender', async () => {
    send(trap());
    await env.clock.advance(GATHERED_MS);
    expect(store.events).to.deep.equal([
      {
        time: env.clock.now() - GATHERED_MS,
        severity: 'major',
        name: 'linkDown',
        alarm: 'link 3',
        text: 'ifIndex.3 = 3, ifDescr.3 = eth0, ifOperStatus.3 = down',
        element: 'device/core1',
        source: 'trap 10.0.0.1',
      },
    ]);
  });

  it('are those of the agent that a proxy speaks for', async () => {
    send(trap1({ agent: [10, 0, 0, 1] }), '10.9.9.9');
    await env.clock.advance(GATHERED_MS);
    expect(store.events[0]).to.include({ element: 'device/core1', source: 'trap 10.0.0.1 by 10.9.9.9' });
  });

  it('are those of the sender where the agent is not known', async () => {
    send(trap1({ agent: [192, 168, 1, 1] }), '10.0.0.1');
    await env.clock.advance(GATHERED_MS);
    expect(store.events[0]).to.include({ element: 'device/core1', source: 'trap 192.168.1.1 by 10.0.0.1' });
  });

  it('have an address of IPv6 however it is written', async () => {
    send(trap(), '2001:db8::7');
    await env.clock.advance(GATHERED_MS);
    expect(store.events[0]?.element).to.equal('device/six');
  });

  it('are events of the manager itself where the address is of nobody, or of several', async () => {
    send(trap(), '10.7.7.7');
    send(trap(), '10.0.0.2');
    await env.clock.advance(GATHERED_MS);
    expect(store.events.map((event) => event.element)).to.deep.equal([undefined, undefined]);
    expect(store.events[0]?.text).to.contain('(from 10.7.7.7, which no element has for its address)');
    expect(store.events[1]?.text).to.contain('(from 10.0.0.2, the address of device/twin1, device/twin2)');
  });

  it('of another manager are its events: of its element, with its text, each element a source of its own', async () => {
    const relay = (id: number, element: ElementName) => {
      const event = { id, manager: 'EM2', time: 0, severity: 'minor', name: 'slow', text: 'so', element } as const;
      const message = { id: 'x', content: { is: 'one', notice: eventNotice(event) } } as const;
      return communityMessage(trap2([...messageBindings(message, 'EM2', 1)], id));
    };
    send(relay(1, 'device/twin1'), '10.7.7.7');
    await env.clock.advance(GATHERED_MS);
    expect(store.events).to.deep.equal([
      {
        time: env.clock.now() - GATHERED_MS,
        severity: 'minor',
        name: 'slow',
        text: 'so',
        element: 'device/twin1',
        source: 'trap of manager EM2 at 10.7.7.7',
      },
    ]);
    for (let n = 0; n < 300; n++) send(relay(n, `device/forged${n}`), '10.7.7.7');
    send(relay(999, 'device/twin1'), '10.7.7.7');
    await env.clock.advance(MUCH_GATHERED_MS);
    expect(store.events.filter(({ element }) => element === 'device/twin1')).to.have.length(2);
    expect(store.events).to.have.length(202);
  });

  it('share what is told of one source when they come from nobody that is known', async () => {
    for (let n = 0; n < 500; n++) send(trap(n), `10.7.${n >> 8}.${n & 255}`);
    await env.clock.advance(11_000);
    expect(store.names.filter((name) => name === 'linkDown')).to.have.length(200);
    const storm = store.events.find(({ name }) => name === 'trapStorm');
    expect(storm?.text).to.match(/^300 more notifications within 10 s were counted .*: linkDown 300; by sender: /);
    expect(storm).to.not.have.property('element');
  });

  it('are not stored where a rule ignores them, and informs are answered', async () => {
    rules = [{ name: 'coldStart', actions: ['ignore'] }];
    send(ask());
    await env.clock.advance(GATHERED_MS);
    expect(store.events).to.deep.equal([]);
    expect(replies).to.have.length(1);
  });

  it('go to the store many with one write', async () => {
    for (let n = 0; n < 150; n++) send(trap(n));
    await env.clock.advance(GATHERED_MS);
    expect(store.writes).to.deep.equal([]);
    // Where so many have come there are more.
    for (let n = 150; n < 190; n++) send(trap(n));
    await env.clock.advance(MUCH_GATHERED_MS - GATHERED_MS);
    expect(store.writes).to.deep.equal([190]);
  });

  it('are answered when they are informs, once their event is on disk and not before', async () => {
    store.hold();
    send(ask());
    await env.clock.advance(GATHERED_MS);
    expect(replies).to.deep.equal([]);
    await store.release();
    expect(replies).to.have.length(1);
  });

  it('are one event however often an inform is sent again, before and after it is stored', async () => {
    store.hold();
    send(ask());
    send(ask());
    await env.clock.advance(GATHERED_MS);
    await store.release();
    expect(replies).to.have.length(1);
    send(ask());
    expect(replies).to.have.length(2);
    await env.clock.advance(GATHERED_MS);
    expect(store.events).to.have.length(1);
    expect(intake.counts).to.deep.equal({ singly: 1, repeated: 2 });
  });

  it('are no second event when somebody else sends a signed inform again, and one of each sender otherwise', async () => {
    const { reader, own } = newReader();
    const by = user('signer');
    const signed = trap3(by, { engineId: own.id, boots: own.boots, time: 0, pdu: inform() });
    expect(reader.read(signed, START_MS)).to.have.nested.property('inform.isSigned', true);
    const book = new AddressBook(ELEMENTS);
    const at = testEnv();
    at.clock.standStill(START_MS);
    intake = new TrapIntake({ env: at, store, reader, addresses: () => book, rules: () => rules });
    send(signed, '10.0.0.1');
    send(signed, '10.6.6.6');
    send(ask(), '10.0.0.1');
    send(ask(), '10.0.0.2');
    await at.clock.advance(GATHERED_MS);
    expect(store.names).to.deep.equal(['linkDown', 'coldStart', 'coldStart']);
    expect(intake.counts).to.deep.equal({ singly: 3, repeated: 1 });
  });

  it('of a storm are answered with the summary that counts them', async () => {
    for (let n = 0; n < 260; n++) send(ask(n));
    await env.clock.advance(MUCH_GATHERED_MS);
    expect(replies).to.have.length(200);
    await env.clock.advance(11_000);
    expect(replies).to.have.length(260);
    expect(store.events.at(-1)?.text).to.match(/^60 more notifications/);
  });

  it('wait for a store that does not take them, and are told when it does', async () => {
    store.isFull = true;
    send(trap());
    send(ask());
    await env.clock.advance(3000);
    expect(replies).to.deep.equal([]);
    store.isFull = false;
    await env.clock.advance(2000);
    expect(store.names).to.deep.equal(['linkDown', 'coldStart']);
    expect(replies).to.have.length(1);
    expect(env.log.lines.filter(({ level }) => level === 'error')).to.have.length(1);
  });

  it('are counted, and still all told of, where more wait for the store than can', async () => {
    store.isFull = true;
    for (let n = 0; n < 30_000; n++) {
      send(trap(n), '10.0.0.1');
      if (n % 5 === 0) await env.clock.advance(1000);
    }
    store.isFull = false;
    await env.clock.advance(60_000);
    const summed = store.events.reduce(
      (sum, { name, text }) => sum + (name === 'trapStorm' ? Number.parseInt(text, 10) : 1),
      0,
    );
    expect(summed).to.equal(30_000);
    expect(store.events.length).to.be.below(14_000);
  }).timeout(30_000);

  it('leave informs unanswered when there is no room to remember them', async () => {
    store.isFull = true;
    for (let n = 0; n < 8200; n++) send(ask(n));
    expect(intake.counts.noRoom).to.equal(8);
    store.isFull = false;
    await env.clock.advance(12_000);
    expect(replies).to.have.length(8192);
    expect(store.events.find(({ name }) => name === 'trapsRefused')?.text).to.contain(
      '8 informs left without an answer',
    );
  });

  it('that are refused are counted and told now and then', async () => {
    for (let n = 0; n < 1000; n++) send(communityMessage(trap2(), { community: 'public' }), '10.6.6.6');
    send(Buffer.from('junk'));
    send(communityMessage(encodePdu(PDU.GET, 1, 0, 0, frame())));
    await env.clock.advance(2000);
    expect(store.events).to.have.length(1);
    expect(store.events[0]).to.include({
      name: 'trapsRefused',
      severity: 'warning',
      text: '1002 datagrams at the trap port that were not taken: 1000 with a community that TRAPS does not name; 1 not to be decoded as SNMP; 1 that are no trap and no inform; from 10.6.6.6, 10.0.0.1',
    });
    expect(JSON.stringify(store.events)).to.not.contain('public');
    expect(replies).to.deep.equal([]);
    expect(intake.counts).to.deep.equal({ community: 1000, malformed: 1, unasked: 1 });
  });

  it('dropped by the system are told', async () => {
    intake.dropped(0);
    intake.dropped(40);
    intake.dropped(41);
    await env.clock.advance(2000);
    expect(store.events[0]?.text).to.contain(': 41 dropped by the system');
  });

  it('are all told of at the end', async () => {
    for (let n = 0; n < 300; n++) send(trap(n));
    send(Buffer.from('junk'));
    await intake.close();
    expect(store.names.filter((name) => name === 'linkDown')).to.have.length(200);
    expect(store.names.slice(200)).to.deep.equal(['trapStorm', 'trapsRefused']);
    expect(env.clock.pending).to.be.at.most(1);
  });

  it('leave no timer behind when all is told', async () => {
    send(trap());
    await env.clock.advance(60_000);
    expect(env.clock.pending).to.equal(0);
  });
});
