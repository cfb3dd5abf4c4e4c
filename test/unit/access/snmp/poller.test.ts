/** The poller over ports of the test's own: who is heard, who is not, and what becomes of those that nobody answers. */
import { expect } from 'chai';
import { encodeOid } from '../../../../src/access/snmp/ber/oid.js';
import { communityTemplate, Received, readCommunityMessage } from '../../../../src/access/snmp/message/community.js';
import { PDU } from '../../../../src/access/snmp/message/pdu.js';
import { CommunityQuestion } from '../../../../src/access/snmp/poller/community-question.js';
import { SnmpPoller } from '../../../../src/access/snmp/poller/poller.js';
import type { PortListener } from '../../../../src/access/snmp/poller/ports.js';
import { type AgentAddress, NoAnswer } from '../../../../src/access/snmp/poller/question.js';
import type { SecondWayListener } from '../../../../src/access/snmp/poller/second-way.js';
import { dropsIn } from '../../../../src/access/snmp/udp.js';
import { testEnv } from '../../../support/test-env.js';
import { integer, octets, oid, tlv } from '../snmp-agent.js';

const NAME = '1.3.6.1.2.1.1.3.0';
const PUBLIC = Buffer.from('public');
const AGENT: AgentAddress = { host: '10.0.0.1', family: 4, port: 161 };

/** A response to that id, as an agent writes it. */
const response = (id: number, { community = 'public', version = 1, pdu = 0xa2 } = {}) =>
  tlv(
    0x30,
    tlv(0x02, Buffer.from([version])),
    octets(community),
    tlv(pdu, integer(id), integer(0), integer(0), tlv(0x30, tlv(0x30, oid(NAME), integer(42)))),
  );

function world() {
  const env = testEnv();
  const sent: { readonly id: number; readonly to: AgentAddress; readonly from: number; readonly bytes: Buffer }[] = [];
  const secondWays: SecondWayListener[] = [];
  let listener: PortListener | undefined;
  let closedWays = 0;
  const poller = new SnmpPoller({
    clock: env.clock,
    random: env.random,
    openPorts: (one) => {
      listener = one;
      return {
        send: (from, bytes, to) => {
          const received = new Received();
          readCommunityMessage(bytes, received);
          sent.push({ id: received.requestId, to, from, bytes });
        },
        drops: async () => 0,
        close: () => {},
      };
    },
    openSecondWay: (_, __, way) => {
      secondWays.push(way);
      return {
        close: () => {
          closedWays += 1;
        },
      };
    },
  });
  const told: string[] = [];
  const ask = (to = AGENT, patience = { timeoutMs: 1_000, resends: 0 }) =>
    poller.ask(
      to,
      new CommunityQuestion(1, PUBLIC, communityTemplate(1, PUBLIC, PDU.GET, 0, 0, [{ oid: encodeOid(NAME) }])),
      patience,
      (error, pdu) => {
        const first = pdu?.bindings.next() ? pdu.bindings.number() : undefined;
        told.push(error instanceof NoAnswer ? `no answer: ${error.oddity}` : error ? error.message : String(first));
      },
    );
  const arrives = (datagram: Buffer, host = AGENT.host, port = AGENT.port) => listener?.arrives(datagram, host, port);
  const idOf = (at: number) => sent[at]?.id ?? 0;
  return { env, poller, sent, secondWays, told, ask, arrives, idOf, listener, closedWays: () => closedWays };
}

describe('the SNMP poller', () => {
  it('gives an answer to whoever asked', () => {
    const { poller, told, ask, arrives, idOf } = world();
    ask();
    ask();
    arrives(response(idOf(1)));
    arrives(response(idOf(0)));
    expect(told).to.deep.equal(['42', '42']);
    expect(poller.counts).to.include({ sent: 2, answered: 2, unexpected: 0 });
  });

  const ODD: readonly (readonly [string, (id: number) => Buffer, string])[] = [
    ['with another community', (id) => response(id, { community: 'private' }), 'another community'],
    ['of another version', (id) => response(id, { version: 0 }), 'another SNMP version'],
    ['that is a question', (id) => response(id, { pdu: 0xa0 }), 'no response'],
    ['that is cut off', (id) => response(id).subarray(0, 20), 'cannot be decoded'],
    ['to another question', (id) => response(id ^ 0x10000), 'another question'],
  ];
  for (const [what, datagram, words] of ODD)
    it(`does not take a message ${what} for an answer, and tells of it when no better one comes`, async () => {
      const { env, told, ask, arrives, idOf } = world();
      ask();
      arrives(datagram(idOf(0)));
      expect(told).to.deep.equal([]);
      await env.clock.advance(1_100);
      expect(told).to.have.lengthOf(1);
      expect(told[0]).to.include(words);
    });

  it('takes the answer that comes after an odd one', () => {
    const { told, ask, arrives, idOf } = world();
    ask();
    arrives(response(idOf(0), { community: 'private' }));
    arrives(response(idOf(0)));
    expect(told).to.deep.equal(['42']);
  });

  it('hears nobody but the agent, at its port', async () => {
    const { env, poller, told, ask, arrives, idOf } = world();
    ask();
    arrives(response(idOf(0)), '10.0.0.2');
    arrives(response(idOf(0)), AGENT.host, 162);
    expect(poller.counts.unexpected).to.equal(2);
    await env.clock.advance(1_100);
    expect(told[0]).to.include('another address');
  });

  it('counts what comes twice or late, and tells nobody', async () => {
    const { env, poller, told, ask, arrives, idOf } = world();
    ask();
    arrives(response(idOf(0)));
    arrives(response(idOf(0)));
    ask();
    await env.clock.advance(1_100);
    arrives(response(idOf(1)));
    expect(told).to.deep.equal(['42', 'no answer: undefined']);
    expect(poller.counts).to.include({ answered: 1, unanswered: 1, unexpected: 2 });
  });

  it('tells nobody who asks there in vain of answers that others had already', async () => {
    const { env, poller, told, ask, arrives, idOf } = world();
    for (let count = 0; count < 3; count += 1) {
      ask();
      arrives(response(idOf(count)));
    }
    ask().cancel();
    ask();
    for (let count = 0; count < 4; count += 1) arrives(response(idOf(count)));
    await env.clock.advance(1_100);
    expect(told).to.deep.equal(['42', '42', '42', 'no answer: undefined']);
    expect(poller.counts.unexpected).to.equal(4);
  });

  it('tells who asks an agent that takes too long that it does, and nobody who asks there in another way', async () => {
    const { env, told, ask, arrives, idOf } = world();
    ask();
    await env.clock.advance(1_100);
    ask();
    arrives(response(idOf(0), { community: 'private' }));
    await env.clock.advance(1_100);
    ask();
    arrives(response(idOf(0)));
    await env.clock.advance(1_100);
    expect(told.slice(0, 2)).to.deep.equal(['no answer: undefined', 'no answer: undefined']);
    expect(told[2]).to.include('takes longer than the timeout');
  });

  it('sends again as often as it is told, with the same id, so that a late answer counts', async () => {
    const { env, sent, told, ask, arrives, idOf } = world();
    ask(AGENT, { timeoutMs: 100, resends: 2 });
    await env.clock.advance(250);
    expect(sent.map(({ id }) => id)).to.deep.equal([idOf(0), idOf(0), idOf(0)]);
    arrives(response(idOf(0)));
    expect(told).to.deep.equal(['42']);
  });

  it('has ids that nobody can guess, and ends with none taken', async () => {
    const { env, sent, told, ask } = world();
    for (let count = 0; count < 500; count += 1) ask();
    const ids = sent.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(500);
    expect(Math.min(...ids)).to.be.at.least(0x0100_0000);
    expect(Math.max(...ids)).to.be.at.most(0x7fff_ffff);
    expect(new Set(ids.map((id) => id >> 16)).size).to.be.above(400);
    expect(new Set(sent.map(({ from }) => from)).size).to.equal(4);
    await env.clock.advance(1_100);
    expect(told).to.have.lengthOf(500);
  });

  it('has at most so many under way, and begins the others as room comes', async () => {
    const { env, poller, sent, told, ask, arrives, idOf } = world();
    for (let count = 0; count < 8_292; count += 1) ask();
    expect([sent.length, poller.waiting]).to.deep.equal([8_192, 100]);
    arrives(response(idOf(5)));
    expect([sent.length, poller.waiting]).to.deep.equal([8_193, 99]);
    await env.clock.advance(1_100);
    expect([sent.length, poller.waiting]).to.deep.equal([8_292, 0]);
    await env.clock.advance(1_100);
    expect(told).to.have.lengthOf(8_292);
  });

  it('goes a second way when nobody answers, and tells at once that nothing listens there', async () => {
    const { env, secondWays, told, ask, closedWays } = world();
    ask();
    await env.clock.advance(450);
    expect(secondWays).to.have.lengthOf(1);
    secondWays[0]?.fails(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    expect(told).to.deep.equal(['refused']);
    expect(closedWays()).to.equal(1);
  });

  it('takes an answer by the second way, and bears with a machine that has no more sockets', async () => {
    const { env, secondWays, told, ask, idOf } = world();
    ask();
    await env.clock.advance(450);
    secondWays[0]?.fails(Object.assign(new Error('too many files'), { code: 'EMFILE' }));
    expect(told).to.deep.equal([]);
    secondWays[0]?.arrives(response(idOf(0)));
    expect(told).to.deep.equal(['42']);
  });

  it('tells those that asked there when a message cannot be sent, and no others', () => {
    const { listener, told, ask } = world();
    ask();
    ask({ ...AGENT, host: '10.0.0.2' });
    listener?.fails(new Error('no way'), { host: '10.0.0.2', port: 161 });
    expect(told).to.deep.equal(['no way']);
  });

  it('tells nobody who has given up, and everybody when it is closed', async () => {
    const { env, poller, told, ask, arrives, idOf } = world();
    const one = ask();
    one.cancel();
    arrives(response(idOf(0)));
    ask();
    poller.close();
    await env.clock.advance(2_000);
    expect(told).to.deep.equal(['the poller is closed']);
    expect(() => ask()).to.throw('closed');
  });
});

describe('what the kernel dropped', () => {
  const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  263: 0100007F:A0E1 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1234 2 0000000000000000 17
  264: 00000000:00A1 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1235 2 0000000000000000 5
`;
  it('is counted for the own ports', () => {
    expect(dropsIn(TABLE, new Set([0xa0e1]))).to.equal(17);
    expect(dropsIn(TABLE, new Set([0xa0e1, 161]))).to.equal(22);
    expect(dropsIn('', new Set([161]))).to.equal(0);
  });
});
