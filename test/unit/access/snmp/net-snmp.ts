/** The net-snmp package, which asks and reads SNMP in its own way; it comes without types. */
import { createRequire } from 'node:module';

interface TheirVarBind {
  readonly oid: string;
  readonly type: number;
  /** A Counter64 is a Buffer. */
  readonly value: unknown;
}

export type Done = (error: unknown, varbinds?: readonly TheirVarBind[]) => void;

export interface Session {
  get(oids: readonly string[], done: Done): void;
  getNext(oids: readonly string[], done: Done): void;
  getBulk(oids: readonly string[], nonRepeaters: number, maxRepetitions: number, done: Done): void;
  cancelRequests(error: Error): void;
}

interface SessionOptions {
  readonly version: number;
  readonly port: number;
  readonly timeout: number;
  readonly retries: number;
  readonly context?: string;
  readonly dgramModule: { createSocket(): Loop };
}

interface NetSnmp {
  readonly SecurityLevel: { readonly noAuthNoPriv: number };
  createSession(target: string, community: string, options: SessionOptions): Session;
  createV3Session(target: string, user: { name: string; level: number }, options: SessionOptions): Session;
}

const require = createRequire(import.meta.url);
const netSnmp: NetSnmp = require('net-snmp');

/** A socket that keeps what is sent, and says what it is told to have received. */
export class Loop {
  sent: Buffer = Buffer.alloc(0);
  #listener: (datagram: Buffer) => void = () => {};

  on(event: string, listener: (datagram: Buffer) => void): void {
    if (event === 'message') this.#listener = listener;
  }

  send(
    buffer: Buffer,
    _offset: number,
    _length: number,
    _port: number,
    _target: string,
    sent: (error: Error | null) => void,
  ): void {
    this.sent = Buffer.from(buffer);
    sent(null);
  }

  receive(datagram: Buffer): void {
    this.#listener(datagram);
  }

  ref(): void {}
  unref(): void {}
  close(): void {}
}

const TARGET = '127.0.0.1';
const optionsOf = (version: number, socket: Loop): SessionOptions => ({
  version,
  port: 161,
  timeout: 5000,
  retries: 0,
  dgramModule: { createSocket: () => socket },
});

/** Its community is `public`. */
export function openSession(version: 0 | 1): { readonly socket: Loop; readonly session: Session } {
  const socket = new Loop();
  return { socket, session: netSnmp.createSession(TARGET, 'public', optionsOf(version, socket)) };
}

export function openSessionV3(user: string, context: string): { readonly socket: Loop; readonly session: Session } {
  const socket = new Loop();
  const security = { name: user, level: netSnmp.SecurityLevel.noAuthNoPriv };
  return { socket, session: netSnmp.createV3Session(TARGET, security, { ...optionsOf(3, socket), context }) };
}

export interface Asn1Writer {
  readonly buffer: Buffer;
  writeOID(dotted: string): void;
  writeInt(value: number): void;
  writeBuffer(bytes: Buffer, tag: number): void;
  startSequence(tag?: number): void;
  endSequence(): void;
}

const asn1: { readonly Ber: { readonly Writer: new () => Asn1Writer } } = createRequire(require.resolve('net-snmp'))(
  'asn1-ber',
);

/** Of the asn1-ber package, by which net-snmp writes. */
export const createAsn1Writer = (): Asn1Writer => new asn1.Ber.Writer();
