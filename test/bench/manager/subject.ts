/** What is compared: a whole system that asks the same devices for the same ten values in the same rhythm. */
import { hostOf } from '../snmp/work.js';

export interface Devices {
  readonly count: number;
  readonly port: number;
  readonly intervalS: number;
}

export interface Subject {
  readonly name: string;
  /** User and system, of all its processes, since its start. */
  cpuUs(): number;
  /** Devices whose latest values were stored within the last interval and a half. */
  current(): number | Promise<number>;
  stop(): Promise<void>;
}

/** Values of the one interface of each device; of the counters the rates are wanted. */
export const VALUES = [
  { name: 'admin', oid: '1.3.6.1.2.1.2.2.1.7.1', isCounter: false },
  { name: 'oper', oid: '1.3.6.1.2.1.2.2.1.8.1', isCounter: false },
  { name: 'indiscards', oid: '1.3.6.1.2.1.2.2.1.13.1', isCounter: true },
  { name: 'inerrors', oid: '1.3.6.1.2.1.2.2.1.14.1', isCounter: true },
  { name: 'outdiscards', oid: '1.3.6.1.2.1.2.2.1.19.1', isCounter: true },
  { name: 'outerrors', oid: '1.3.6.1.2.1.2.2.1.20.1', isCounter: true },
  { name: 'inoctets', oid: '1.3.6.1.2.1.31.1.1.1.6.1', isCounter: true },
  { name: 'inpackets', oid: '1.3.6.1.2.1.31.1.1.1.7.1', isCounter: true },
  { name: 'outoctets', oid: '1.3.6.1.2.1.31.1.1.1.10.1', isCounter: true },
  { name: 'outpackets', oid: '1.3.6.1.2.1.31.1.1.1.11.1', isCounter: true },
] as const;

/** Octets a second, and a state: neither is ever beyond it. */
export const LIMITS = { inoctets: 900_000_000, oper: 1 } as const;

export const hosts = ({ count }: Devices): readonly string[] => Array.from({ length: count }, (_, at) => hostOf(at));

/** @param writtenMs Of each device, wall clock. */
export const currentOf = (writtenMs: readonly number[], { intervalS }: Devices): number =>
  writtenMs.filter((ms) => Date.now() - ms < 1500 * intervalS).length;
