import { expect } from 'chai';
import { PtpError } from '../../../../../src/base/errors.js';
import { PoolLink } from '../../../../../src/manager/pool/link/pool-link.js';
import { fromOperation } from '../../../../../src/manager/pool/wire/from-operation.js';
import type { WireMessage } from '../../../../../src/manager/pool/wire/operations.js';
import { Assembler } from '../../../../../src/manager/pool/wire/parts.js';
import type { CallOptions, Invoke, Peer } from '../../../../../src/peer/peer.js';
import { poolKeys } from '../../../../../src/peer/security/pool-keys.js';
import { createMessageService } from '../../../../../src/peer/soap.js';
import { SocketConnection } from '../../../../../src/peer/socket-connection.js';
import { SocketServer } from '../../../../../src/peer/socket-server.js';
import type { PoolEnvelope, PoolMessage } from '../../../../../src/pool/node/messages.js';
import { settle } from '../../../../support/fake-clock.js';
import { realTimeEnv, testEnv } from '../../../../support/test-env.js';

const HEARTBEAT_MS = 500;
const FROM = { id: 'em1', identity: 'disk', incarnation: 7, starts: [1, 2] };
const to = (member: string, message: PoolMessage): PoolEnvelope => ({
  from: FROM,
  to: member,
  toIncarnation: undefined,
  pool: 'p',
  message,
});
const renew = (sequence: number): PoolMessage => ({
  is: 'renew',
  term: 1,
  sequence,
  leaseMs: 1500,
  before: { term: 1, index: 1 },
  entries: [],
  confirmed: 1,
});
const ordered = (sequence: number): PoolMessage => ({ is: 'ordered', term: 1, sequence });
const orders = (sequence: number): PoolMessage => ({
  is: 'orders',
  term: 1,
  sequence,
  all: false,
  more: false,
  orders: [],
});

interface Call {
  readonly operation: string;
  readonly input: WireMessage['input'];
  readonly options: CallOptions | undefined;
  end(error?: PtpError): void;
}

function world() {
  const env = testEnv();
  const calls: Call[] = [];
  const failures: string[] = [];
  const peer: Peer = {
    call: (operation, input, options) =>
      new Promise((resolve, reject) => {
        const end = (error?: PtpError) => (error ? reject(error) : resolve({} as never));
        calls.push({ operation, input: input as WireMessage['input'], options, end });
      }),
    close: async () => {},
  };
  const link = new PoolLink({
    env,
    peer: (id) => (id === 'nobody' ? undefined : peer),
    heartbeatMs: () => HEARTBEAT_MS,
    onFailure: (member, error) => failures.push(`${member} ${error.code}`),
  });
  return { env, link, calls, failures };
}

/** What a call carries, in a word. */
const shown = ({ input }: Call): string => {
  for (const name of ['renew', 'ordered', 'orders', 'part'] as const) {
    const message = (input as Record<string, unknown>)[name] as { sequence?: number; part?: number } | undefined;
    if (message) return `${name} ${message.sequence ?? message.part}`;
  }
  return 'other';
};

describe('the link to the other members', () => {
  it('sends at once, a few at a time, the rest in order; of renewals only the newest waits', async () => {
    const { link, calls } = world();
    for (let at = 1; at <= 4; at += 1) link.send(to('em2', ordered(at)));
    for (let at = 5; at <= 7; at += 1) {
      link.send(to('em2', renew(at)));
      link.send(to('em2', ordered(at)));
    }
    link.send(to('em3', renew(1)));
    await settle();
    expect(calls.map(shown)).to.deep.equal(['ordered 1', 'ordered 2', 'ordered 3', 'ordered 4', 'renew 1']);
    expect(calls[0]?.options?.timeoutMs).to.equal(2 * HEARTBEAT_MS);
    for (let at = 0; at < 9; at += 1) {
      calls[at]?.end();
      await settle();
    }
    expect(calls.slice(5).map(shown)).to.deep.equal(['ordered 5', 'ordered 6', 'renew 7', 'ordered 7']);
    expect(link.counts).to.deep.include({ sent: 9, failed: 0, replaced: 2 });
    expect(link.isIdle).to.equal(true);
  });

  it('lets what is urgent pass what is long', async () => {
    const { link, calls } = world();
    for (let at = 1; at <= 10; at += 1) link.send(to('em2', orders(at)));
    link.send(to('em2', renew(1)));
    await settle();
    expect(calls.map(shown)).to.deep.equal(['orders 1', 'orders 2', 'orders 3', 'orders 4', 'renew 1']);
  });

  it('drops the oldest of too many, and what has waited for too long, and counts them', async () => {
    const { link, calls, env } = world();
    for (let at = 1; at <= 4 + 64 + 3; at += 1) link.send(to('em2', ordered(at)));
    expect(link.counts).to.deep.include({ pushedOut: 3 });
    await env.clock.advance(2 * HEARTBEAT_MS + 1);
    link.send(to('em2', renew(9)));
    calls[0]?.end();
    await settle();
    expect(calls.slice(4).map(shown)).to.deep.equal(['renew 9']);
    expect(link.counts).to.deep.include({ outdated: 63, pushedOut: 4 });
  });

  it('swallows failures, counts and tells them; says once that nothing arrives, and that it does again', async () => {
    const { link, calls, failures, env } = world();
    const gone = new PtpError('Server.Unavailable', 'em2 cannot be reached');
    for (const at of [1, 2, 3]) link.send(to('em2', ordered(at)));
    link.send(to('nobody', ordered(1)));
    await settle();
    calls[0]?.end(gone);
    calls[1]?.end(new PtpError('Server.Timeout', 'em2 did not answer'));
    await settle();
    expect(failures.sort()).to.deep.equal(['em2 Server.Timeout', 'em2 Server.Unavailable', 'nobody Client.NotFound']);
    calls[2]?.end();
    await settle();
    expect(link.counts).to.deep.include({ failed: 3, sent: 1 });
    expect(env.log.lines.map(({ message, fields }) => `${message}: ${fields.member}`)).to.deep.equal([
      'messages of the pool do not arrive: nobody',
      'messages of the pool do not arrive: em2',
      'messages of the pool arrive again: em2',
    ]);
  });

  it('fails for a message that cannot be written, and for no other', async () => {
    const { link, calls, failures } = world();
    link.send(to('em2', { is: 'fetch', term: Number.NaN }));
    link.send(to('em2', { is: 'offer', ...HEAVY_OFFER, offered: 'a'.repeat(2 ** 20 + 1) }));
    link.send(to('em2', ordered(1)));
    await settle();
    // The peer itself refuses what is not in the table; here it takes everything.
    expect(calls.map(shown)).to.deep.equal(['other', 'ordered 1']);
    expect(failures).to.deep.equal(['em2 Client.Validation']);
  });

  it('gives the parts of a large message one after the other, and stops at the first that is lost', async () => {
    const { link, calls, failures } = world();
    const offer = { is: 'offer', ...HEAVY_OFFER } as const;
    link.send(to('em2', offer));
    link.send(to('em2', renew(1)));
    await settle();
    expect(calls.map(shown)).to.deep.equal(['part 0', 'renew 1']);
    calls[0]?.end();
    await settle();
    expect(calls.map(shown)).to.deep.equal(['part 0', 'renew 1', 'part 1']);
    calls[2]?.end(new PtpError('Server.Timeout', 'late'));
    await settle();
    expect(calls).to.have.lengthOf(3);
    expect(failures).to.deep.equal(['em2 Server.Timeout']);
  });

  it('drops what waits for a member that is forgotten, and everything when it is closed', async () => {
    const { link, calls, failures } = world();
    for (let at = 1; at <= 6; at += 1) link.send(to('em2', ordered(at)));
    link.forget('em2');
    calls[0]?.end();
    await settle();
    expect(calls).to.have.lengthOf(4);
    link.send(to('em3', ordered(1)));
    link.close();
    expect(calls.at(-1)?.options?.signal?.aborted).to.equal(true);
    calls.at(-1)?.end(new PtpError('Server.Unavailable', 'ended'));
    link.send(to('em3', ordered(2)));
    await settle();
    expect(calls).to.have.lengthOf(5);
    expect(failures).to.deep.equal([]);
  });

  it('brings messages of all sizes over a real socket, as they were', async () => {
    const env = realTimeEnv(5);
    const keys = poolKeys(['link']);
    const received: PoolEnvelope[] = [];
    const assembler = new Assembler();
    const invoke: Invoke = async (operation, input) => {
      const request = { operation, input } as WireMessage;
      const part = request.operation === 'heartbeat' ? request.input.part : undefined;
      const message = part ? assembler.take({ sender: request.input.sender, part }, 0) : request;
      if (message) received.push(fromOperation(message));
      return {} as never;
    };
    const server = new SocketServer({
      env,
      self: 'em2',
      keys: () => keys,
      service: createMessageService({ env, invoke }),
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const connection = new SocketConnection({
      env,
      self: 'em1',
      to: { id: 'em2', host: '127.0.0.1', port },
      keys: () => keys,
      service: createMessageService({ env, invoke }),
    });
    const link = new PoolLink({ env, peer: () => connection, heartbeatMs: () => 5_000 });
    const sent = [to('em2', ordered(1)), to('em2', { is: 'offer', ...HEAVY_OFFER }), to('em2', { is: 'left' })];
    for (const envelope of sent) link.send(envelope);
    while (!link.isIdle) await new Promise((resolve) => setTimeout(resolve, 2));
    link.close();
    await connection.close();
    await server.close();
    const byKind = (a: PoolEnvelope, b: PoolEnvelope) => (a.message.is < b.message.is ? -1 : 1);
    expect(received.sort(byKind)).to.deep.equal(sent.sort(byKind));
    expect(link.counts).to.deep.include({ sent: 3, failed: 0 });
  });
});

const HEAVY_OFFER = {
  offered: 'x',
  part: 0,
  parts: 1,
  manager: {
    id: 'em1',
    role: 'EM',
    address: { id: 'em1', role: 'EM', origin: 'http://127.0.0.1:1', context: 'x' },
    priority: 0,
    capacity: 10,
    failover: [],
  },
  elements: Array.from({ length: 500 }, (_, at) => ({
    name: `device/d${at}`,
    pool: false,
    methods: ['snmp'],
    cost: 1,
    stationary: false,
    definition: `{"a":"${'é'.repeat(1_000)}"}`,
  })),
} as const;
