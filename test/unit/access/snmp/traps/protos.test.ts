/**
 * Thousands of traps and requests built by the rules of the PROTOS test suite c06-snmpv1: in each of them one or two
 * fields are exceptional, in their value or in how they are encoded. Whatever comes is taken or refused, and counted.
 */
import { expect } from 'chai';
import { eventOf } from '../../../../../src/access/snmp/traps/event-of.js';
import { newReader, START_MS } from './sending.js';

const SEED = 20_020_212;
const CASES = 4_000;

/** Park and Miller's generator: the same numbers wherever it runs. */
class Numbers {
  #state = SEED;

  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }

  of<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}

type Bytes = readonly number[];
const repeated = (piece: Bytes, times: number): Bytes => Array.from({ length: times }, () => piece).flat();

function lengthOf(content: Bytes): Bytes {
  const { length } = content;
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
const tlv = (tag: number, content: Bytes): Bytes => [tag, ...lengthOf(content), ...content];

/** How else an element may be written: wrong, long, indefinite, negative, missing, nested, or with another tag. */
const ENCODINGS: readonly ((tag: number, content: Bytes, numbers: Numbers) => Bytes)[] = [
  (tag, content) => [tag, 0x80, ...content, 0, 0],
  (tag, content) => [tag, 0x84, 0xff, 0xff, 0xff, 0xff, ...content],
  (tag, content) => [tag, 0x84, 0x7f, 0xff, 0xff, 0xff, ...content],
  (tag, content) => [tag, 0x84, 0x80, 0, 0, 0, ...content],
  (tag, content) => [tag, 0x88, ...repeated([0], 7), content.length & 0xff, ...content],
  (tag, content) => [tag, 0xfe, ...repeated([0xff], 126), ...content],
  (tag, content) => [tag, 0x85, 0, 0, 0, 0, content.length & 0xff, ...content],
  (tag, content) => [tag, (content.length + 1) & 0x7f, ...content],
  (tag, content) => [tag, Math.max(0, content.length - 1) & 0x7f, ...content],
  (tag) => [tag, 0],
  (tag) => [tag],
  () => [],
  (_tag, content, numbers) => tlv(numbers.below(256), content),
  (_tag, content) => [0x1f, ...repeated([0xff], 8), 0x7f, ...lengthOf(content), ...content],
  (tag, content, numbers) => {
    let nested = tlv(tag, content);
    for (let depth = numbers.below(60); depth > 0; depth--) nested = tlv(tag, nested);
    return nested;
  },
  (tag, content) => repeated(tlv(tag, content.slice(0, 40)), 8),
];

const text = (characters: string): Bytes => [...Buffer.from(characters, 'latin1')];
const TEXTS: readonly Bytes[] = [
  ...['%s', '%n', '%.1000x', '%s%p%x%d', 'a', '../', '\\x', '"', "'", '<b>', '\u0000', '\u00ff'].flatMap((piece) =>
    [1, 16, 128, 1024].map((times) => repeated(text(piece), times)),
  ),
  [],
];
const INTEGERS: readonly Bytes[] = [
  [],
  [0x80],
  [0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0, 0, 0],
  [0, 0xff, 0xff, 0xff, 0xff],
  [1, 0, 0, 0, 0],
  repeated([0], 100),
  repeated([0xff], 100),
  [0x7f, ...repeated([0xff], 127)],
];
const NAMES: readonly Bytes[] = [
  [],
  [0x80],
  [0x2b, 0x80, 0x80, 0x80, 1],
  [0x2b, 0x8f, 0xff, 0xff, 0xff, 0x7f],
  [0x2b, 0x90, 0x80, 0x80, 0x80, 0],
  [0x2b, ...repeated([0xff], 64)],
  [0x2b, ...repeated([1], 127)],
  [0x2b, ...repeated([6], 1000)],
  [0xff, 0xff, 0xff, 0xff, 0x7f],
];
const ADDRESSES: readonly Bytes[] = [[], [127], [10, 0, 0], [10, 0, 0, 1, 1], repeated([0xff], 64)];

const KIND = { integer: 0x02, octets: 0x04, name: 0x06, address: 0x40, ticks: 0x43 } as const;
const EXCEPTIONAL: Readonly<Record<keyof typeof KIND, readonly Bytes[]>> = {
  integer: INTEGERS,
  octets: TEXTS,
  name: NAMES,
  address: ADDRESSES,
  ticks: INTEGERS,
};
const LINK_DOWN: Bytes = [0x2b, 6, 1, 2, 1, 1, 9];
const COMMUNITY = text('secret');
const PDU = { get: 0xa0, next: 0xa1, response: 0xa2, set: 0xa3, trap: 0xa4, trap2: 0xa7 } as const;

/** Writes one message; `at` are the elements that are exceptional, counted as they are written. */
class Writer {
  #written = 0;
  constructor(
    readonly numbers: Numbers,
    readonly at: readonly number[],
  ) {}

  get elements(): number {
    return this.#written;
  }

  put(tag: number, content: Bytes, values: readonly Bytes[] = []): Bytes {
    const isExceptional = this.at.includes(this.#written++);
    if (!isExceptional) return tlv(tag, content);
    if (values.length > 0 && this.numbers.below(2) === 0) return tlv(tag, this.numbers.of(values));
    return this.numbers.of(ENCODINGS)(tag, content, this.numbers);
  }

  plain(kind: keyof typeof KIND, content: Bytes): Bytes {
    return this.put(KIND[kind], content, EXCEPTIONAL[kind]);
  }

  bindings(): Bytes {
    const value = this.numbers.of(['integer', 'octets', 'name', 'address', 'ticks'] as const);
    const one = () =>
      this.put(0x30, [...this.plain('name', [...LINK_DOWN, 1]), ...this.plain(value, [1, 2, 3, 4].slice(0, 4))]);
    return this.put(0x30, [...one(), ...one()]);
  }

  message(pdu: keyof typeof PDU): Bytes {
    const body =
      pdu === 'trap'
        ? [
            ...this.plain('name', LINK_DOWN),
            ...this.plain('address', [10, 0, 0, 1]),
            ...this.plain('integer', [2]),
            ...this.plain('integer', [0]),
            ...this.plain('ticks', [18, 103]),
          ]
        : [...this.plain('integer', [42]), ...this.plain('integer', [0]), ...this.plain('integer', [0])];
    const version = this.plain('integer', [pdu === 'trap2' ? 1 : 0]);
    return this.put(0x30, [
      ...version,
      ...this.plain('octets', COMMUNITY),
      ...this.put(PDU[pdu], [...body, ...this.bindings()]),
    ]);
  }
}

function* exceptional(): Generator<Buffer> {
  const numbers = new Numbers();
  const kinds = Object.keys(PDU) as (keyof typeof PDU)[];
  for (let made = 0; made < CASES; made++) {
    // Mostly traps: that is what is listened for.
    const kind = numbers.below(3) === 0 ? numbers.of(kinds) : 'trap';
    const whole = new Writer(numbers, []);
    whole.message(kind);
    const at = Array.from({ length: 1 + numbers.below(2) }, () => numbers.below(whole.elements));
    yield Buffer.from(new Writer(numbers, at).message(kind));
  }
}

describe('traps as PROTOS c06-snmpv1 makes them', () => {
  it('are taken or refused with a reason, and the reader keeps nothing of them', function () {
    this.timeout(20_000);
    const { reader } = newReader();
    const counts = new Map<string, number>();
    const seen = new Set<string>();
    for (const message of exceptional()) {
      const incoming = reader.read(message, START_MS);
      const what = incoming.is === 'refused' ? incoming.why : incoming.is;
      counts.set(what, (counts.get(what) ?? 0) + 1);
      if (incoming.is !== 'notification') continue;
      const event = eventOf(incoming.notification);
      expect(event.text.length).to.be.at.most(2100);
      expect(event.name.length).to.be.within(1, 128);
      seen.add(event.text);
    }
    const told = [...counts].map(([what, count]) => `${what} ${count}`).join(', ');
    expect([...counts.values()].reduce((sum, one) => sum + one, 0)).to.equal(CASES);
    expect(counts.get('malformed'), told).to.be.above(CASES / 4);
    expect(counts.get('notification'), told).to.be.above(100);
    expect(seen.size, 'different events').to.be.above(20);
  });
});
