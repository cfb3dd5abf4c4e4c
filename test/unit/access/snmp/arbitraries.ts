/** Names, values and messages as fast-check makes them up, and what has to become of each. */
import fc from 'fast-check';
import { TYPES, type Value } from '../../../../src/access/snmp/message/bindings.js';

const arc = fc.oneof(
  fc.nat(127),
  fc.nat(0xffff_ffff),
  fc.constantFrom(127, 128, 255, 256, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, 0xffff_ffff),
);

/** Arcs of an OID that can be encoded. */
export const arcs: fc.Arbitrary<readonly number[]> = fc
  .oneof(
    fc.tuple(fc.nat(1), fc.nat(39)),
    fc.tuple(
      fc.constant(2),
      arc.map((second) => Math.min(second, 0xffff_ffff - 80)),
    ),
  )
  .chain(([root, second]) => fc.array(arc, { maxLength: 126 }).map((rest) => [root, second, ...rest]));

/** Dotted. */
export const oids: fc.Arbitrary<string> = arcs.map((parts) => parts.join('.'));

/** An OID of the shape that agents have most: close to others, so that order and prefixes are put to the test. */
export const closeOids: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(0, 1, 2, 127, 128, 129, 255, 256, 16_383, 16_384), { maxLength: 4 })
  .map((rest) => ['1', '3', ...rest].join('.'));

export interface MadeValue {
  readonly type: number;
  readonly content: Buffer;
  readonly value: Value;
}

/** The content that an honest agent writes, from the definition in X.690 rather than by the code that is tested. */
export function integerContent(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 8n) {
    bytes.unshift(Number(rest & 0xffn));
    const sign = bytes[0] !== undefined && bytes[0] >= 0x80 ? -1n : 0n;
    if (rest >> 8n === sign) return Buffer.from(bytes);
  }
}

export function oidContent(parts: readonly number[]): Buffer {
  const [root = 0, second = 0, ...rest] = parts;
  return Buffer.from(
    [40 * root + second, ...rest].flatMap((one) => {
      const digits = one
        .toString(2)
        .padStart(35, '0')
        .match(/.{7}/g)
        ?.map((bits) => Number.parseInt(bits, 2));
      const used = (digits ?? []).slice((digits ?? []).findIndex((digit) => digit > 0));
      const shown = one === 0 ? [0] : used;
      return shown.map((digit, at) => (at < shown.length - 1 ? digit | 0x80 : digit));
    }),
  );
}

const unsigned = (type: number): fc.Arbitrary<MadeValue> =>
  fc.nat(0xffff_ffff).map((value) => ({ type, content: integerContent(BigInt(value)), value }));

const bytesOf = (type: number): fc.Arbitrary<MadeValue> =>
  fc.uint8Array({ maxLength: 300 }).map((bytes) => {
    const content = Buffer.from(bytes);
    return { type, content, value: content };
  });

const empty = (type: number): fc.Arbitrary<MadeValue> => fc.constant({ type, content: Buffer.alloc(0), value: null });

/** Every type that an agent may answer with. */
export const values: fc.Arbitrary<MadeValue> = fc.oneof(
  fc.integer().map((value) => ({ type: TYPES.INTEGER, content: integerContent(BigInt(value)), value })),
  unsigned(TYPES.COUNTER32),
  unsigned(TYPES.GAUGE32),
  unsigned(TYPES.TIMETICKS),
  unsigned(TYPES.UINTEGER32),
  fc.bigInt(0n, 2n ** 64n - 1n).map((value) => ({ type: TYPES.COUNTER64, content: integerContent(value), value })),
  bytesOf(TYPES.OCTET_STRING),
  bytesOf(TYPES.OPAQUE),
  arcs.map((parts) => ({ type: TYPES.OID, content: oidContent(parts), value: parts.join('.') })),
  fc.tuple(...[0, 1, 2, 3].map(() => fc.nat(255))).map((bytes) => ({
    type: TYPES.IP_ADDRESS,
    content: Buffer.from(bytes),
    value: bytes.join('.'),
  })),
  empty(TYPES.NULL),
  empty(TYPES.NO_SUCH_OBJECT),
  empty(TYPES.NO_SUCH_INSTANCE),
  empty(TYPES.END_OF_MIB_VIEW),
);

export interface MadeBinding extends MadeValue {
  readonly oid: string;
}

export const bindingLists: fc.Arbitrary<readonly MadeBinding[]> = fc.array(
  fc.tuple(oids, values).map(([oid, value]) => ({ oid, ...value })),
  { maxLength: 12 },
);
