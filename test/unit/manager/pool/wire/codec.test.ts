import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../../../src/base/errors.js';
import { fromOperation } from '../../../../../src/manager/pool/wire/from-operation.js';
import { carriesStarts, isPoolOperation, type WireMessage } from '../../../../../src/manager/pool/wire/operations.js';
import { toOperation } from '../../../../../src/manager/pool/wire/to-operation.js';
import type { PoolEnvelope, PoolMessage } from '../../../../../src/pool/node/messages.js';
import { decodeMessage } from '../../../../../src/xml/messages/decode.js';
import { encodeMessage } from '../../../../../src/xml/messages/encode.js';
import { OPERATIONS } from '../../../../../src/xml/messages/operations.js';
import { messageSchema, SOAP12 } from '../../../../../src/xml/messages/validate.js';
import { parseXml } from '../../../../../src/xml/parse.js';
import { envelopes, POOL_MESSAGE_KINDS } from '../../../../support/pool-messages.js';

const encode = encodeMessage as (operation: string, direction: 'request', content: unknown) => string;

/** Through the encoder, the schema and the decoder, as on a wire. */
function passed(envelope: PoolEnvelope): PoolEnvelope {
  const { operation, input } = toOperation(envelope);
  const xml = encode(operation, 'request', input);
  expect(
    messageSchema().validate(`<s:Envelope xmlns:s="${SOAP12}"><s:Body>${xml}</s:Body></s:Envelope>`),
  ).to.deep.equal([]);
  const message = decodeMessage(parseXml(xml));
  expect(message.operation).to.equal(operation);
  expect(isPoolOperation(message.operation)).to.equal(true);
  return fromOperation({ operation: message.operation, input: message.content } as WireMessage);
}

/** What arrives: earlier starts only where somebody judges by them. */
const expected = (envelope: PoolEnvelope): PoolEnvelope => ({
  ...envelope,
  from: { ...envelope.from, starts: carriesStarts(envelope.message.is) ? envelope.from.starts : [] },
});

const FROM = { id: 'em1', identity: 'disk', incarnation: 7, starts: [] };
const sent = (message: PoolMessage): WireMessage =>
  toOperation({ from: FROM, to: 'em2', toIncarnation: undefined, pool: 'p', message });
const HEAD = { sender: { id: 'em1', identity: 'disk', incarnation: 7 }, to: 'em2' };

describe('messages of the pool on the wire', () => {
  for (const kind of POOL_MESSAGE_KINDS) {
    it(`${kind} is valid and comes back equal`, () => {
      fc.assert(
        fc.property(envelopes(kind), (envelope) => {
          expect(passed(envelope)).to.deep.equal(expected(envelope));
        }),
        { numRuns: 40 },
      );
    });
  }

  it('are all there, and for managers of the pool only', () => {
    const fields = ['announce', 'election', 'vote', 'coordinator', 'heartbeat', 'assign'] as const;
    const envelope = new Set(['sender', 'to', 'toIncarnation', 'pool', 'part']);
    const kinds = fields.flatMap((name) => Object.keys(OPERATIONS[name].input).filter((field) => !envelope.has(field)));
    expect(kinds.sort()).to.deep.equal([...POOL_MESSAGE_KINDS].sort());
    for (const name of fields) expect(OPERATIONS[name].role).to.equal('peer');
  });

  it('carry a thousand earlier starts in a few bytes each, and a long text in pieces', () => {
    const starts = Array.from({ length: 1_000 }, (_, at) => 1_000_000 + at * 999);
    const envelope: PoolEnvelope = {
      from: { ...FROM, starts },
      to: 'em2',
      toIncarnation: 3,
      pool: 'p',
      message: { is: 'renewed', term: 1, sequence: 2, promised: true },
    };
    expect(encode('heartbeat', 'request', toOperation(envelope).input).length).to.be.below(4_500);
    expect(passed(envelope)).to.deep.equal(envelope);
    const body = '\u{1F600}x'.repeat(500_000);
    const bundle = { element: 'device/a', epoch: { term: 1, number: 2, giver: 'em1' }, cursors: [], body };
    const warm: PoolEnvelope = { ...envelope, message: { is: 'warm', bundle } };
    expect(passed(warm)).to.deep.equal(warm);
  });

  it('lose what XML cannot carry in words and opaque texts, and nothing else', () => {
    const bundle = { element: 'a', epoch: { term: 1, number: 2, giver: 'em1' }, cursors: [], body: 'a\0b\uFFFF' };
    const back = passed({
      from: FROM,
      to: 'em2',
      toIncarnation: undefined,
      pool: 'p',
      message: { is: 'warm', bundle },
    });
    expect(back.message).to.have.nested.property('bundle.body', 'a\uFFFDb\uFFFD');
  });

  const beat = sent({
    is: 'beat',
    term: 1,
    heartbeat: { incarnation: 7, state: 'running', load: 0, polls: { due: 1, done: 1 }, parts: [] },
    roster: 1,
    held: '',
    offered: '',
    settled: [],
    wants: 'alive',
  });
  const renewed = { term: 1, sequence: 1, promised: true };
  const tip = { term: 1, index: 1 };
  const roster = { pool: 'p', version: 1, members: [], heartbeatMs: 500 };
  const bundle = { element: 'a', epoch: '1.2.em1', cursors: [], body: [''] };
  const order = { order: 'give', element: 'a', epoch: '1.2.em1', other: 'em2', stays: true, definition: [] } as const;
  const orders = { term: 1, sequence: 1, all: false, more: false, orders: [order] };
  const heartbeat = (input: object) => ({ operation: 'heartbeat', input: { ...HEAD, ...input } }) as WireMessage;
  const assign = (input: object) => ({ operation: 'assign', input: { ...HEAD, ...input } }) as WireMessage;
  const wrong: [string, WireMessage, RegExp, string][] = [
    ['no message', heartbeat({}), /has no message; it should have one of renew, renewed/, '/heartbeat'],
    ['a part alone', heartbeat({ part: { message: 1, part: 0, parts: 1, data: '' } }), /no message/, '/heartbeat'],
    [
      'two messages',
      heartbeat({ renewed, fetch: { term: 1 } }),
      /fetch stands beside renewed|renewed stands beside fetch/,
      '/heartbeat/fetch',
    ],
    ['a negative term', heartbeat({ renewed: { ...renewed, term: -1 } }), /term is -1/, '/heartbeat/renewed/term'],
    ['a negative incarnation', heartbeat({ sender: { ...HEAD.sender, incarnation: -1 } }), /incarnation is -1/, ''],
    ['starts that fall', heartbeat({ sender: { ...HEAD.sender, starts: '5+0' }, renewed }), /ascending/, ''],
    ['starts that are none', heartbeat({ sender: { ...HEAD.sender, starts: '5,6' }, renewed }), /ascending/, ''],
    [
      'too many starts',
      heartbeat({ sender: { ...HEAD.sender, starts: `1${'+1'.repeat(1_000)}` }, renewed }),
      /at most 1000/,
      '/heartbeat/sender/starts',
    ],
    [
      'a lease without end',
      heartbeat({ renew: { ...renewed, leaseMs: 1e9, before: tip, entries: [], confirmed: 1 } }),
      /leaseMs is 1000000000 ms; it should be/,
      '/heartbeat/renew/leaseMs',
    ],
    [
      'a roster that is too long',
      {
        operation: 'coordinator',
        input: {
          ...HEAD,
          roster: {
            term: 1,
            roster: {
              ...roster,
              members: Array(4_097).fill({
                id: 'a',
                identity: 'b',
                incarnation: 1,
                role: 'EM',
                voter: false,
                stands: false,
                priority: 0,
              }),
            },
          },
        },
      },
      /members stands there 4097 times; at most 4096/,
      '/coordinator/roster/roster/members',
    ],
    [
      'a decision about a roster that is not there',
      heartbeat({
        renew: {
          ...renewed,
          leaseMs: 1,
          before: tip,
          entries: [{ index: 1, term: 1, decision: 'roster', change: [] }],
          confirmed: 1,
        },
      }),
      /roster should stand with a decision about the roster/,
      '/heartbeat/renew/entries/roster',
    ],
    [
      'a change that is not JSON',
      heartbeat({
        renew: {
          ...renewed,
          leaseMs: 1,
          before: tip,
          entries: [{ index: 1, term: 1, decision: 'inventory', change: ['{'] }],
          confirmed: 1,
        },
      }),
      /change is not JSON/,
      '/heartbeat/renew/entries/change',
    ],
    ['an epoch that is none', assign({ warm: { bundle: { ...bundle, epoch: 'now' } } }), /3\.17\.em1/, ''],
    [
      'a cursor that stands still',
      assign({ warm: { bundle: { ...bundle, cursors: [{ intervalMs: 0, next: 1, dueInMs: 1 }] } } }),
      /above 0/,
      '/assign/warm/bundle/cursors/intervalMs',
    ],
    [
      'an order to give to nobody',
      assign({ orders: { ...orders, orders: [{ ...order, other: undefined }] } }),
      /other is missing; an order to give has it/,
      '/assign/orders/orders/other',
    ],
    [
      'too many orders',
      assign({ orders: { ...orders, orders: Array(1_001).fill(order) } }),
      /orders stands there 1001 times; at most 1000/,
      '/assign/orders/orders',
    ],
  ];
  for (const [what, message, says, path] of wrong) {
    it(`with ${what} are refused with the place`, () => {
      const error = expect(() => fromOperation(message)).to.throw(PtpError, says);
      error.with.property('code', 'Client.Validation');
      if (path) error.with.nested.property('place.path').that.is.oneOf([path, '/heartbeat/renewed']);
    });
  }

  it('are read only where the schema lets them in', () => {
    expect(fromOperation(beat).message).to.have.property('is', 'beat');
  });
});
