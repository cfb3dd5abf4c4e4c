/** What the lab uses of the net-snmp package, which comes without types. */
import { createRequire } from 'node:module';
import type { ObjectTypeName } from './device.js';

export interface V3User {
  readonly name: string;
  readonly level: number;
  readonly authProtocol: number;
  readonly authKey: string;
  readonly privProtocol: number;
  readonly privKey: string;
}

export interface MibRequest {
  readonly instanceNode: { readonly oid: string; value: unknown };
  done(): void;
}

export interface Provider {
  readonly name: string;
  readonly type: number;
  readonly oid: string;
  readonly scalarType?: number;
  readonly maxAccess: number;
  readonly tableColumns?: readonly { number: number; name: string; type: number; maxAccess: number }[];
  readonly tableIndex?: readonly { columnNumber: number }[];
  readonly tableAugments?: string;
  readonly handler: (request: MibRequest) => void;
}

export interface Message {
  readonly pdu: { nonRepeaters: number; maxRepetitions: number; readonly varbinds: readonly unknown[] };
}

export interface Agent {
  getAuthorizer(): { addCommunity(community: string): void; addUser(user: V3User): void };
  getMib(): {
    setScalarValue(name: string, value: unknown): void;
    addTableRow(name: string, row: readonly unknown[]): void;
  };
  registerProvider(provider: Provider): void;
  getBulkRequest(socket: unknown, message: Message, from: unknown): void;
}

interface NetSnmp {
  readonly ObjectType: Readonly<Record<ObjectTypeName, number>>;
  readonly MibProviderType: { readonly Scalar: number; readonly Table: number };
  readonly MaxAccess: { readonly 'read-only': number };
  readonly SecurityLevel: { readonly authPriv: number };
  readonly AuthProtocols: { readonly sha256: number };
  readonly PrivProtocols: { readonly aes: number };
  createAgent(
    options: { port: number; address: string; dgramModule: unknown; disableAuthorization: false; engineID?: string },
    callback: () => void,
  ): Agent;
}

export const netSnmp: NetSnmp = createRequire(import.meta.url)('net-snmp');
