/** Which database a manager keeps its data in, and which part of it is its own. */
import { createHash } from 'node:crypto';
import type { WorkerPlace } from '../sqlite/worker-client.js';

export interface PostgresPlace extends WorkerPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  readonly tls: {
    readonly mode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
    /** PEM. */
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
  };
  /** Of the manager's own; see `docs/decisions/postgres-schemas.md`. */
  readonly schema: string;
  /** By chance at every start: tells this process's transactions from those of others. */
  readonly process: string;
}

/** Names of PostgreSQL are cut at 63 bytes. */
const LONGEST_NAME = 63;

/** A manager's schema: its id, or where that is too long, its beginning with a digest of the whole. */
export function schemaOf(manager: string): string {
  const name = `ptpmgr_${manager}`;
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const digest = createHash('sha256').update(manager).digest('hex').slice(0, 16);
  let start = name;
  while (Buffer.byteLength(start) > LONGEST_NAME - digest.length - 1) start = [...start].slice(0, -1).join('');
  return `${start}_${digest}`;
}

/** For use in SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Of an advisory lock, by what it guards. */
export const lockKey = (what: string): string =>
  createHash('sha256').update(`ptpmgr ${what}`).digest().readBigInt64BE().toString();
