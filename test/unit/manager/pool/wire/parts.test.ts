import { expect } from 'chai';
import { PtpError } from '../../../../../src/base/errors.js';
import { fromOperation } from '../../../../../src/manager/pool/wire/from-operation.js';
import type { WireMessage } from '../../../../../src/manager/pool/wire/operations.js';
import { Assembler, cut, isHeavy, PART_BYTES } from '../../../../../src/manager/pool/wire/parts.js';
import { toOperation } from '../../../../../src/manager/pool/wire/to-operation.js';
import type { PoolEnvelope, PoolMessage } from '../../../../../src/pool/node/messages.js';

const FROM = { id: 'em1', identity: 'disk', incarnation: 7, starts: [3, 4] };
const envelopeOf = (message: PoolMessage): PoolEnvelope => ({
  from: FROM,
  to: 'em2',
  toIncarnation: 3,
  pool: 'p',
  message,
});
const roster = { pool: 'p', version: 1, members: [], heartbeatMs: 500 };
const install = (bytes: number): PoolEnvelope =>
  envelopeOf({
    is: 'fetched',
    term: 4,
    base: { term: 3, index: 9, roster, inventory: { text: 'a<é>😀'.repeat(bytes / 8) } },
    entries: [{ index: 10, term: 4, decision: { is: 'term' } }],
  });
const beat = envelopeOf({ is: 'ordered', term: 1, sequence: 2 });

type PartMessage = Extract<WireMessage, { operation: 'heartbeat' }> & {
  readonly input: { readonly part: NonNullable<Extract<WireMessage, { operation: 'heartbeat' }>['input']['part']> };
};
const partsOf = (envelope: PoolEnvelope, id = 1): PartMessage[] =>
  cut(toOperation(envelope), id).map((one) => {
    if (one.operation !== 'heartbeat' || !one.input.part) throw new Error('not a part');
    return { operation: one.operation, input: { ...one.input, part: one.input.part } };
  });
const changed = (message: PartMessage | undefined, part: Partial<PartMessage['input']['part']>): PartMessage => {
  if (!message) throw new Error('no part');
  return { ...message, input: { ...message.input, part: { ...message.input.part, ...part } } };
};

describe('large messages of the pool', () => {
  /** As the handler of these operations takes them. */
  const receiver = () => {
    const assembler = new Assembler();
    return {
      take(request: WireMessage): PoolEnvelope | undefined {
        const part = request.operation === 'heartbeat' ? request.input.part : undefined;
        const whole = part ? assembler.take({ sender: request.input.sender, part }, 0) : request;
        return whole && fromOperation(whole);
      },
    };
  };

  it('are cut, and come back whole, in any order and with parts that come twice', () => {
    const envelope = install(2_000_000);
    expect(isHeavy(toOperation(envelope))).to.equal(true);
    expect(isHeavy(toOperation(beat))).to.equal(false);
    const parts = partsOf(envelope);
    expect(parts.length).to.be.within(5, 20);
    const taker = receiver();
    const [first, ...rest] = parts.reverse();
    for (const part of [...rest, ...rest]) expect(taker.take(part)).to.equal(undefined);
    expect(first && taker.take(first)).to.deep.equal(envelope);
  });

  it('come beside small ones, two at a time; the oldest makes room for a third', () => {
    const taker = receiver();
    const [one, two, three] = [1, 2, 3].map((id) => partsOf(install(600_000), id));
    const send = (part: PartMessage | undefined) => part && taker.take(part);
    send(one?.[0]);
    send(two?.[0]);
    expect(taker.take(toOperation(beat))).to.have.nested.property('message.is', 'ordered');
    send(three?.[0]);
    expect(two?.slice(1).map(send).at(-1)).to.have.nested.property('message.is', 'fetched');
    expect(one?.slice(1).map(send).at(-1)).to.equal(undefined);
  });

  it('are given up after ten seconds, and never hold more than is allowed', () => {
    const assembler = new Assembler({ bytes: 3 * PART_BYTES });
    const parts = partsOf(install(2_000_000));
    for (const part of parts.slice(0, 3)) assembler.take(part.input, 0);
    expect(assembler.heldBytes).to.equal(3 * PART_BYTES);
    const other = parts.map((part) => ({ ...part.input, sender: { ...part.input.sender, id: 'em3' } }));
    for (const part of other.slice(0, 2)) assembler.take(part, 1);
    expect(assembler.heldBytes).to.equal(2 * PART_BYTES);
    assembler.forget(9_999);
    expect(assembler.heldBytes).to.equal(2 * PART_BYTES);
    assembler.forget(10_001);
    expect(assembler.heldBytes).to.equal(0);
  });

  it('of another start of the sender are another message', () => {
    const assembler = new Assembler();
    const [first, second] = partsOf(install(500_000));
    if (!first || !second) throw new Error('too few parts');
    assembler.take(first.input, 0);
    assembler.take({ ...second.input, sender: { ...second.input.sender, incarnation: 8 } }, 0);
    expect(assembler.heldBytes).to.be.above(PART_BYTES);
  });

  const refused: [string, (parts: PartMessage[]) => WireMessage, RegExp][] = [
    ['with too many parts', ([first]) => changed(first, { parts: 100_000 }), /parts is 100000/],
    ['with no part', ([first]) => changed(first, { parts: 0 }), /parts is 0/],
    ['with a part beyond the last', ([first]) => changed(first, { part: 2, parts: 2 }), /part is 2/],
    ['with a part before the first', ([first]) => changed(first, { part: -1 }), /part is -1/],
    ['with a short part', ([first]) => changed(first, { data: 'aaaa' }), /should be base64 of/],
    ['with a part that is not base64', ([first]) => changed(first, { data: '?'.repeat(99) }), /base64/],
    [
      'that are none',
      ([first]) => changed(first, { parts: 1, data: Buffer.from('<x/>').toString('base64') }),
      /x is not known|is not/,
    ],
    [
      'that are not UTF-8',
      ([first]) => changed(first, { parts: 1, data: Buffer.from([0x3c, 0xff]).toString('base64') }),
      /not UTF-8/,
    ],
    [
      'that are another operation',
      ([first]) =>
        changed(first, {
          parts: 1,
          data: Buffer.from('<areYouThere xmlns="urn:ptpmgr:peer"/>').toString('base64'),
        }),
      /not a message of the pool/,
    ],
    [
      'of another sender within',
      ([first]) => {
        const xml = `<assign xmlns="urn:ptpmgr:peer"><sender><id>em9</id><identity>x</identity><incarnation>7</incarnation></sender><to>em2</to><ordered><term>1</term><sequence>1</sequence></ordered></assign>`;
        return changed(first, { parts: 1, data: Buffer.from(xml).toString('base64') });
      },
      /another sender/,
    ],
  ];
  for (const [what, make, says] of refused) {
    it(`${what} are refused`, () => {
      const parts = partsOf(install(300_000));
      expect(() => receiver().take(make(parts))).to.throw(PtpError, says);
    });
  }
});
