/** What the access layer uses of the net-snmp package, which comes without types. */
import { createRequire } from 'node:module';

/** One name and value of an answer; `value` is a number, a Buffer (text, Counter64, Opaque), a dotted string or null. */
export interface VarBind {
  readonly oid: string;
  /** A number of {@link NetSnmp.ObjectType}. */
  readonly type: number;
  readonly value: unknown;
}

/** Security of an SNMPv3 session; fields that the level does not need are left out. */
export interface V3User {
  readonly name: string;
  readonly level: number;
  readonly authProtocol?: number;
  readonly authKey?: string;
  readonly privProtocol?: number;
  readonly privKey?: string;
}

/** What a session needs of a socket. `guarded-socket.ts` makes one that can be trusted. */
export interface DatagramSocket {
  on(event: string, listener: (datagram: Buffer) => void): void;
  send(
    buffer: Buffer,
    offset: number,
    length: number,
    port: number,
    target: string,
    sent: (error: Error | null) => void,
  ): void;
  ref(): void;
  unref(): void;
  close(): void;
}

export interface SessionOptions {
  readonly version: number;
  readonly port: number;
  /** Milliseconds until a request is sent again or given up. */
  readonly timeout: number;
  readonly retries: number;
  readonly context?: string;
  readonly dgramModule: { createSocket(): DatagramSocket };
}

export interface RawSession {
  /** Of the requests made from now on. */
  timeout: number;
  retries: number;
  get(oids: readonly string[], done: (error: unknown, varbinds?: VarBind[]) => void): void;
  getNext(oids: readonly string[], done: (error: unknown, varbinds?: VarBind[]) => void): void;
  /** Answers with a list for each OID. */
  getBulk(
    oids: readonly string[],
    nonRepeaters: number,
    maxRepetitions: number,
    done: (error: unknown, varbinds?: VarBind[][]) => void,
  ): void;
  on(event: 'error', listener: (error: unknown) => void): void;
  cancelRequests(error: Error): void;
  close(): void;
}

/** A cipher of the user-based security model; `engineID` is the agent's. */
export interface EncryptionAlgorithm {
  encryptPdu(
    scopedPdu: Buffer,
    protocol: number,
    password: string,
    authProtocol: number,
    engine: { readonly engineID: Buffer },
  ): { readonly encryptedPdu: Buffer; readonly msgPrivacyParameters: Buffer };
  decryptPdu(
    encryptedPdu: Buffer,
    protocol: number,
    salt: Buffer,
    password: string,
    authProtocol: number,
    engine: { readonly engineID: Buffer },
  ): Buffer;
}

interface NetSnmp {
  readonly Version1: number;
  readonly Version2c: number;
  readonly Version3: number;
  readonly ObjectType: Readonly<
    Record<
      | 'Integer'
      | 'OctetString'
      | 'OID'
      | 'IpAddress'
      | 'Counter'
      | 'Gauge'
      | 'TimeTicks'
      | 'Opaque'
      | 'Counter64'
      | 'NoSuchObject'
      | 'NoSuchInstance'
      | 'EndOfMibView',
      number
    >
  >;
  readonly SecurityLevel: { readonly noAuthNoPriv: number; readonly authNoPriv: number; readonly authPriv: number };
  readonly AuthProtocols: Readonly<Record<'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512', number>>;
  readonly PrivProtocols: Readonly<Record<'des' | 'aes' | 'aes256b' | 'aes256r', number>>;
  readonly ErrorStatus: { readonly TooBig: number; readonly NoSuchName: number; readonly AuthorizationError: number };
  readonly ResponseInvalidCode: {
    readonly EAuthFailure: number;
    readonly ECouldNotDecrypt: number;
    readonly ENotInTimeWindow: number;
  };
  readonly Authentication: { passwordToKey(authProtocol: number, password: string, engineId: Buffer): Buffer };
  readonly Encryption: { readonly algorithms: Readonly<Record<number, EncryptionAlgorithm>> };
  createSession(target: string, community: string, options: SessionOptions): RawSession;
  createV3Session(target: string, user: V3User, options: SessionOptions): RawSession;
}

export const netSnmp: NetSnmp = createRequire(import.meta.url)('net-snmp');
