/**
 * A cheap SNMP v2c agent for load tests: some thousands of them answer in one process. GET, GETNEXT and GETBULK
 * (RFC 3416) over the instances of one device; what is not that is dropped without an answer, as agents do.
 */
import type { Socket } from 'node:dgram';
import { BerReader, encode, encodeInteger, encodeObject, encodeOid, TAG } from './ber.js';
import { compareOids, type Instance } from './device.js';

const PDU = { get: 0xa0, next: 0xa1, response: 0xa2, bulk: 0xa5 } as const;
const VERSION_2C = 1;
/** Variables in a request, and in an answer. */
const MOST_ASKED = 128;
const MOST_ANSWERED = 256;
/** Bytes of an answer: below what one datagram takes. */
const LONGEST_ANSWER = 60_000;

export function attachResponder(
  socket: Socket,
  instances: readonly Instance[],
  community: string,
  now: () => number,
): void {
  const wanted = Buffer.from(community);
  socket.on('message', (request, from) => {
    const answer = respond(request, instances, wanted, now);
    if (answer) socket.send(answer, from.port, from.address, () => {});
  });
}

/** The answer to one datagram, or nothing where an agent keeps silent. */
export function respond(
  request: Buffer,
  instances: readonly Instance[],
  community: Buffer,
  now: () => number,
): Buffer | undefined {
  try {
    const message = new BerReader(request).enter(TAG.sequence);
    if (message.integer() !== VERSION_2C || !message.octets().equals(community)) return undefined;
    const kind = message.peek();
    if (kind !== PDU.get && kind !== PDU.next && kind !== PDU.bulk) return undefined;
    const pdu = message.enter(kind);
    const [id, first, second] = [pdu.integer(), pdu.integer(), pdu.integer()];
    const asked = readNames(pdu.enter(TAG.sequence));
    const atMs = now();
    const variables =
      kind === PDU.get
        ? asked.map((oid) => variable(oid, instances[search(instances, oid, true)], atMs, TAG.noSuchInstance))
        : kind === PDU.next
          ? asked.map((oid) => following(instances, oid, atMs).encoded)
          : bulk(instances, asked, Math.max(first, 0), Math.max(second, 0), atMs);
    const body = encode(TAG.sequence, ...variables);
    if (body.length > LONGEST_ANSWER) return undefined;
    return encode(
      TAG.sequence,
      encodeInteger(VERSION_2C),
      encode(TAG.octetString, community),
      encode(PDU.response, encodeInteger(id), encodeInteger(0), encodeInteger(0), body),
    );
  } catch {
    return undefined;
  }
}

function readNames(list: BerReader): number[][] {
  const names: number[][] = [];
  while (list.more && names.length < MOST_ASKED) names.push(list.enter(TAG.sequence).oid());
  return names;
}

function bulk(
  instances: readonly Instance[],
  asked: readonly number[][],
  nonRepeaters: number,
  repetitions: number,
  atMs: number,
): Buffer[] {
  const answer = asked.slice(0, nonRepeaters).map((oid) => following(instances, oid, atMs).encoded);
  let names: readonly (readonly number[])[] = asked.slice(nonRepeaters);
  for (
    let round = 0;
    round < repetitions && names.length > 0 && answer.length + names.length <= MOST_ANSWERED;
    round++
  ) {
    const found = names.map((oid) => following(instances, oid, atMs));
    answer.push(...found.map((one) => one.encoded));
    if (found.every((one) => one.ended)) break;
    names = found.map((one) => one.oid);
  }
  return answer;
}

function following(instances: readonly Instance[], oid: readonly number[], atMs: number) {
  const next = instances[search(instances, oid, false)];
  return {
    oid: next?.oid ?? oid,
    ended: next === undefined,
    encoded: variable(next?.oid ?? oid, next, atMs, TAG.endOfMibView),
  };
}

function variable(oid: readonly number[], instance: Instance | undefined, atMs: number, otherwise: number): Buffer {
  const value = instance ? encodeObject(instance.type, instance.read(atMs)) : encode(otherwise);
  return encode(TAG.sequence, encodeOid(oid), value);
}

/** Position of the instance with this OID, or of the first one after it; past the end when there is none. */
function search(instances: readonly Instance[], oid: readonly number[], exact: boolean): number {
  let low = 0;
  let high = instances.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compareOids(instances[middle]?.oid ?? [], oid);
    if (order < 0 || (order === 0 && !exact)) low = middle + 1;
    else high = middle;
  }
  if (!exact) return low;
  const found = instances[low];
  return found && compareOids(found.oid, oid) === 0 ? low : instances.length;
}
