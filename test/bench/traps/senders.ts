/** Devices that send traps of SNMPv2c, each from an address of its own, no faster than they are taken. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { encodeOid } from '../../../src/access/snmp/ber/oid.js';
import { TAG } from '../../../src/access/snmp/ber/tags.js';
import { BerWriter } from '../../../src/access/snmp/ber/writer.js';
import { TYPES } from '../../../src/access/snmp/message/bindings.js';
import { encodePdu, type OutgoingBinding, PDU } from '../../../src/access/snmp/message/pdu.js';
import { oidBinding, smallBinding, ticksBinding } from '../../../src/access/snmp/traps/contents.js';
import { SNMP_TRAP_OID, SYS_UP_TIME } from '../../../src/access/snmp/traps/notification.js';
import { COMMUNITY, hostOf } from '../snmp/work.js';

const LINK_DOWN = '1.3.6.1.6.3.1.1.5.3';
const LINK_UP = '1.3.6.1.6.3.1.1.5.4';
const IF_ENTRY = '1.3.6.1.2.1.2.2.1';
const IF_ALIAS = '1.3.6.1.2.1.31.1.1.1.18';
/** So many go out at once, as of a network that has trouble; then there is a pause. */
const AT_ONCE = 50;
const STEP_MS = 5;
/** Less than a receive buffer holds. */
const MOST_UNSTORED = 1000;
/** Pauses in which nothing came. */
const MOST_IDLE = 2000;

/** What a router says of its ports that is no condition. */
export const PORT_CHANGED = '1.3.6.1.4.1.8072.9999.9999.0.1';
const OIDS = { changed: PORT_CHANGED, linkDown: LINK_DOWN, linkUp: LINK_UP } as const;
/** `linkDown` raises an alarm for each port of each device, `linkUp` ends it. */
export type TrapKind = keyof typeof OIDS;

/** With the five variables that a router sends of a port. */
function trap(kind: TrapKind, id: number, port: number): Buffer {
  const text = (oid: string, value: string): OutgoingBinding => ({
    oid: encodeOid(oid),
    type: TYPES.OCTET_STRING,
    value: Buffer.from(value),
  });
  const pdu = encodePdu(PDU.TRAP2, id, 0, 0, [
    ticksBinding(SYS_UP_TIME, 360_000 + id),
    oidBinding(SNMP_TRAP_OID, OIDS[kind]),
    smallBinding(`${IF_ENTRY}.1.${port}`, port),
    text(`${IF_ENTRY}.2.${port}`, `GigabitEthernet0/0/${port}`),
    smallBinding(`${IF_ENTRY}.7.${port}`, 1),
    smallBinding(`${IF_ENTRY}.8.${port}`, kind === 'linkUp' ? 1 : 2),
    text(`${IF_ALIAS}.${port}`, `to the floor ${port}, room 12`),
  ]);
  const writer = new BerWriter();
  writer.raw(pdu);
  writer.octets(Buffer.from(COMMUNITY));
  writer.int(1);
  writer.wrap(TAG.SEQUENCE, 0);
  return writer.bytes();
}

export class Senders {
  readonly #sockets: readonly Socket[];
  #id = 1;

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
  }

  static async open(devices: number): Promise<Senders> {
    const sockets: Socket[] = [];
    for (let device = 0; device < devices; device++) {
      const socket = createSocket('udp4');
      socket.bind(0, hostOf(device));
      await once(socket, 'listening');
      sockets.push(socket);
    }
    return new Senders(sockets);
  }

  /**
   * So many from every device, in turn, and never more than {@link MOST_UNSTORED} ahead of what is stored, so that none is
   * lost however busy the machine is. Resolves when all are stored, or nothing more comes.
   *
   * @param stored Traps of this call that are.
   */
  async send(kind: TrapKind, each: number, port: number, stored: () => number): Promise<void> {
    const all = each * this.#sockets.length;
    let sent = 0;
    let done = 0;
    for (let idle = 0; done < all && idle < MOST_IDLE; idle++) {
      const now = stored();
      if (now > done) idle = 0;
      done = now;
      for (const end = Math.min(all, done + MOST_UNSTORED, sent + AT_ONCE); sent < end; sent++) {
        const id = this.#id++;
        this.#sockets[sent % this.#sockets.length]?.send(trap(kind, id, 1 + (id % 48)), port, '127.0.0.1');
      }
      await wait(STEP_MS);
    }
  }

  /** One, of a port of a device, whatever becomes of it. */
  sendOne(kind: TrapKind, { device, port }: { readonly device: number; readonly port: number }, to: number): void {
    this.#sockets[device]?.send(trap(kind, this.#id++, port), to, '127.0.0.1');
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}
