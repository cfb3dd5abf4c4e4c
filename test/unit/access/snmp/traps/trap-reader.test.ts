/** What a datagram at the trap port says, in every version, and what is refused, with the reason. */
import { expect } from 'chai';
import { Received, readCommunityMessage } from '../../../../../src/access/snmp/message/community.js';
import { encodePdu, PDU } from '../../../../../src/access/snmp/message/pdu.js';
import { readV3 } from '../../../../../src/access/snmp/message/v3.js';
import { octetsBinding, oidBinding } from '../../../../../src/access/snmp/traps/contents.js';
import type { Notification } from '../../../../../src/access/snmp/traps/notification.js';
import type { Refusal } from '../../../../../src/access/snmp/traps/refusals.js';
import type { Incoming } from '../../../../../src/access/snmp/traps/trap-reader.js';
import { LEARNT, Security } from '../../../../../src/access/snmp/usm/security.js';
import {
  communityMessage,
  frame,
  IF_DOWN,
  INFORM,
  inform,
  LINK_DOWN,
  newReader,
  SENDER_ENGINE,
  START_MS,
  salts,
  trap1,
  trap2,
  trap3,
  user,
} from './sending.js';

const NOW = START_MS + 10_000;

function taken(incoming: Incoming): Notification {
  if (incoming.is !== 'notification') throw new Error(`${incoming.is} ${JSON.stringify(incoming)}`);
  return incoming.notification;
}
const why = (incoming: Incoming): Refusal | string => (incoming.is === 'refused' ? incoming.why : incoming.is);

describe('a notification in v1', () => {
  const { reader } = newReader();
  const table: readonly (readonly [what: string, generic: number, specific: number, trapOid: string])[] = [
    ['coldStart', 0, 0, '1.3.6.1.6.3.1.1.5.1'],
    ['linkDown', 2, 0, LINK_DOWN],
    ['egpNeighborLoss', 5, 0, '1.3.6.1.6.3.1.1.5.6'],
    ['one of the enterprise', 6, 17, '1.3.6.1.4.1.9.0.17'],
    ['number 0 of the enterprise', 6, 0, '1.3.6.1.4.1.9.0.0'],
  ];
  for (const [what, generic, specific, trapOid] of table) {
    it(`is ${what} (RFC 3584 section 3.1)`, () => {
      const notification = taken(reader.read(trap1({ generic, specific }), NOW));
      expect(notification).to.include({
        version: '1',
        isInform: false,
        trapOid,
        upTime: 99,
        agent: '10.0.0.7',
        count: 3,
      });
    });
  }

  it('names no agent when its address is 0.0.0.0 or none', () => {
    expect(taken(reader.read(trap1({ agent: [0, 0, 0, 0] }), NOW)).agent).to.equal(undefined);
    expect(taken(reader.read(trap1({ agent: [1, 2, 3] }), NOW)).agent).to.equal(undefined);
  });

  it('is malformed with a number that no trap has', () => {
    expect(why(reader.read(trap1({ generic: 7 }), NOW))).to.equal('malformed');
    expect(why(reader.read(trap1({ generic: -1 }), NOW))).to.equal('malformed');
    expect(why(reader.read(trap1({ generic: 6, specific: -5 }), NOW))).to.equal('malformed');
  });
});

describe('a notification in v2c', () => {
  const { reader } = newReader();

  it('has its OID, its time and the rest of its variables', () => {
    const notification = taken(reader.read(communityMessage(trap2()), NOW));
    expect(notification).to.include({ version: '2c', isInform: false, trapOid: LINK_DOWN, upTime: 4711, count: 3 });
    expect(notification.agent).to.equal(undefined);
    expect(notification.bindings.map(({ oid }) => oid)).to.deep.equal([
      '1.3.6.1.2.1.2.2.1.1.3',
      '1.3.6.1.2.1.2.2.1.2.3',
      '1.3.6.1.2.1.2.2.1.8.3',
    ]);
  });

  it('may come by a proxy, whose community is not shown', () => {
    const address = {
      oid: octetsBinding('1.3.6.1.6.3.18.1.3.0', Buffer.alloc(0)).oid,
      type: 0x40,
      value: Uint8Array.of(10, 9, 8, 7),
    };
    const more = [address, octetsBinding('1.3.6.1.6.3.18.1.4.0', Buffer.from('hidden'))];
    const notification = taken(reader.read(communityMessage(trap2(frame(LINK_DOWN, ...more))), NOW));
    expect(notification).to.include({ agent: '10.9.8.7', count: 0 });
  });

  it('keeps 64 variables of thousands and counts the others', () => {
    const many = Array.from({ length: 3000 }, () => IF_DOWN[0] ?? octetsBinding('1.3.6', Buffer.alloc(0)));
    const notification = taken(reader.read(communityMessage(trap2(frame(LINK_DOWN, ...many))), NOW));
    expect(notification.bindings).to.have.length(62);
    expect(notification.count).to.equal(3000);
  });

  const refusals: readonly (readonly [what: string, message: Buffer, why: Refusal])[] = [
    ['another community', communityMessage(trap2(), { community: 'public' }), 'community'],
    ['an empty community', communityMessage(trap2(), { community: '' }), 'community'],
    ['a community that only begins the same', communityMessage(trap2(), { community: 'secretx' }), 'community'],
    ['a request', communityMessage(encodePdu(PDU.GET, 1, 0, 0, frame())), 'unasked'],
    ['a response', communityMessage(encodePdu(PDU.RESPONSE, 1, 0, 0, frame())), 'unasked'],
    ['no trap OID', communityMessage(trap2([...IF_DOWN])), 'malformed'],
    [
      'a trap OID that is text',
      communityMessage(trap2([octetsBinding('1.3.6.1.6.3.1.1.4.1.0', Buffer.from('1.3'))])),
      'malformed',
    ],
    ['version 2 of old', communityMessage(trap2(), { version: 2 }), 'malformed'],
    ['nothing', Buffer.alloc(0), 'malformed'],
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'malformed'],
    ['a length of 4 GB', Buffer.from('3084ffffffff020101', 'hex'), 'malformed'],
    ['an indefinite length', Buffer.from('3080020101040670', 'hex'), 'malformed'],
  ];
  for (const [what, message, reason] of refusals) {
    it(`is refused: ${what}`, () => {
      const incoming = reader.read(message, NOW);
      expect(why(incoming)).to.equal(reason);
      expect(incoming).to.have.property('reply', undefined);
    });
  }

  it('is answered with all that it said when it is an inform', () => {
    const incoming = reader.read(communityMessage(inform(undefined, -77)), NOW);
    expect(taken(incoming).isInform).to.equal(true);
    const answer = incoming.is === 'notification' ? incoming.inform?.answer : undefined;
    const received = new Received();
    readCommunityMessage(answer ?? Buffer.alloc(0), received);
    expect(received).to.include({ pduType: PDU.RESPONSE, requestId: -77, errorStatus: 0, errorIndex: 0, version: 1 });
    expect(received.bindings.all().map(({ oid }) => oid)).to.deep.equal([
      '1.3.6.1.2.1.1.3.0',
      '1.3.6.1.6.3.1.1.4.1.0',
      '1.3.6.1.2.1.2.2.1.1.3',
      '1.3.6.1.2.1.2.2.1.2.3',
      '1.3.6.1.2.1.2.2.1.8.3',
    ]);
  });

  it('is taken with the community public where no credential is named', () => {
    const { reader: open } = newReader();
    open.take({ communities: [Buffer.from('public')], users: new Map(), faults: [] });
    expect(why(open.read(communityMessage(trap2(), { community: 'public' }), NOW))).to.equal('notification');
  });
});

describe('a trap in v3', () => {
  for (const name of ['ops', 'signer', 'plain']) {
    it(`is opened in the name of the sender's engine (${name})`, () => {
      const { reader } = newReader();
      expect(taken(reader.read(trap3(user(name)), NOW))).to.include({ version: '3', trapOid: LINK_DOWN, count: 3 });
    });
  }

  it('is refused when it comes a second time, at once or much later', () => {
    const { reader } = newReader();
    const message = trap3(user('ops'));
    expect(why(reader.read(message, NOW))).to.equal('notification');
    expect(why(reader.read(message, NOW + 10))).to.equal('replayed');
    expect(why(reader.read(message, NOW + 151_000))).to.equal('replayed');
    expect(why(reader.read(trap3(user('ops'), { time: 510, msgId: 2 }), NOW + 10_000))).to.equal('notification');
  });

  it('is refused with a clock 150 s behind, or of an earlier start', () => {
    const { reader } = newReader();
    const by = user('signer');
    expect(why(reader.read(trap3(by, { boots: 3, time: 1000 }), NOW))).to.equal('notification');
    expect(why(reader.read(trap3(by, { boots: 3, time: 860, msgId: 2 }), NOW))).to.equal('notification');
    expect(why(reader.read(trap3(by, { boots: 3, time: 849, msgId: 3 }), NOW))).to.equal('replayed');
    expect(why(reader.read(trap3(by, { boots: 2, time: 1000, msgId: 4 }), NOW))).to.equal('replayed');
    expect(why(reader.read(trap3(by, { boots: 4, time: 1, msgId: 5 }), NOW))).to.equal('notification');
  });

  it('learns nothing from a message that is not authentic', () => {
    const { reader } = newReader();
    const forged = trap3(user('signer'), { boots: 2_000_000 });
    forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
    expect(why(reader.read(forged, NOW))).to.equal('wrongDigest');
    expect(why(reader.read(trap3(user('signer')), NOW))).to.equal('notification');
  });

  it('is refused for an unknown user, without an answer', () => {
    const incoming = newReader().reader.read(trap3({ name: Buffer.from('mallory') }), NOW);
    expect(incoming).to.deep.equal({ is: 'refused', why: 'unknownUser', reply: undefined });
  });

  it('is refused where the user has another level of security', () => {
    const { reader } = newReader();
    const name = Buffer.from('ops');
    expect(why(reader.read(trap3({ name }), NOW))).to.equal('unsupportedLevel');
    const { protocol, ku } = user('ops').auth ?? withoutKeys();
    expect(why(reader.read(trap3({ name, auth: { protocol, ku } }), NOW))).to.equal('unsupportedLevel');
  });

  it("is refused in the name of the manager's own engine", () => {
    const { reader, own } = newReader();
    const message = trap3(user('signer'), { engineId: own.id, boots: own.boots, time: own.timeAt(NOW) });
    expect(why(reader.read(message, NOW))).to.equal('replayed');
  });

  it('is undecipherable with another key', () => {
    const { reader } = newReader();
    const by = user('ops');
    const auth = by.auth ?? withoutKeys();
    const priv = { ...(auth.priv ?? withoutKeys()), ku: Buffer.alloc(32, 9) };
    expect(why(reader.read(trap3({ ...by, auth: { ...auth, priv } }), NOW))).to.equal('undecipherable');
  });
});

function withoutKeys(): never {
  throw new Error('the user has keys');
}

describe('an inform in v3', () => {
  for (const name of ['ops', 'signer', 'plain']) {
    it(`discovers the engine and its clock, and is answered (${name})`, () => {
      const { reader, own } = newReader();
      const sender = new Security(user(name), salts);
      const request = { msgId: 321, requestId: 5, contextName: Buffer.from('here'), ...INFORM };
      let learnt = 0;
      const kinds: string[] = [];
      for (let step = 0; step < 4; step++) {
        const incoming = reader.read(sender.secure(request, NOW), NOW);
        kinds.push(incoming.is);
        const reply =
          incoming.is === 'notification'
            ? incoming.inform?.answer
            : incoming.is === 'question'
              ? incoming.reply
              : undefined;
        if (!reply) throw new Error(JSON.stringify(incoming));
        const opened = sender.open(reply, readV3(reply), learnt, NOW);
        if (opened.kind === 'again') {
          learnt |= opened.learnt;
          continue;
        }
        expect(opened.kind).to.equal('response');
        if (opened.kind !== 'response') return;
        expect(opened.pdu).to.include({ pduType: PDU.RESPONSE, requestId: 5, errorStatus: 0 });
        expect(opened.pdu.contextName.toString()).to.equal('here');
        break;
      }
      expect(kinds.at(-1)).to.equal('notification');
      expect(sender.engine.id).to.deep.equal(own.id);
      expect(learnt).to.equal(name === 'plain' ? LEARNT.ENGINE : LEARNT.ENGINE | LEARNT.TIME);
    });
  }

  it('is refused when it comes from long ago, with the clock of today', () => {
    const { reader } = newReader();
    const sender = new Security(user('signer'), salts);
    const request = { msgId: 1, requestId: 5, contextName: Buffer.alloc(0), ...INFORM };
    let message: Buffer = Buffer.alloc(0);
    let learnt = 0;
    for (let step = 0; step < 3; step++) {
      message = sender.secure(request, NOW);
      const incoming = reader.read(message, NOW);
      const reply = incoming.is === 'question' ? incoming.reply : undefined;
      if (!reply) break;
      const opened = sender.open(reply, readV3(reply), learnt, NOW);
      learnt |= opened.kind === 'again' ? opened.learnt : 0;
    }
    const late = reader.read(message, NOW + 151_000);
    expect(why(late)).to.equal('replayed');
    expect(late).to.have.property('reply').that.is.instanceOf(Buffer);
  });

  it('of an unknown user is told so', () => {
    const { reader } = newReader();
    const sender = new Security({ name: Buffer.from('mallory') }, salts);
    const request = { msgId: 1, requestId: 5, contextName: Buffer.alloc(0), ...INFORM };
    const first = reader.read(sender.secure(request, NOW), NOW);
    if (first.is !== 'question') throw new Error(first.is);
    const again = sender.open(first.reply, readV3(first.reply), 0, NOW);
    expect(again).to.deep.equal({ kind: 'again', learnt: LEARNT.ENGINE });
    const second = reader.read(sender.secure(request, NOW), NOW);
    expect(why(second)).to.equal('unknownUser');
    if (second.is !== 'refused' || !second.reply) throw new Error('no report');
    expect(sender.open(second.reply, readV3(second.reply), LEARNT.ENGINE, NOW)).to.deep.equal({
      kind: 'refused',
      finding: 'unknownUser',
    });
  });

  it('to an engine that is no more is told the one that is', () => {
    const { reader, own } = newReader();
    const sender = new Security(user('plain'), salts);
    sender.engine.discover(SENDER_ENGINE);
    const request = { msgId: 1, requestId: 5, contextName: Buffer.alloc(0), ...INFORM };
    const incoming = reader.read(sender.secure(request, NOW), NOW);
    if (incoming.is !== 'question') throw new Error(incoming.is);
    expect(sender.open(incoming.reply, readV3(incoming.reply), 0, NOW).kind).to.equal('again');
    expect(sender.engine.id).to.deep.equal(own.id);
  });
});

describe('the names of the frame', () => {
  it('are left out of what is shown', () => {
    const { reader } = newReader();
    const more = [oidBinding('1.3.6.1.6.3.1.1.4.3.0', '1.3.6.1.4.1.9')];
    expect(taken(reader.read(communityMessage(trap2(frame(LINK_DOWN, ...more))), NOW)).bindings).to.deep.equal([]);
  });
});
