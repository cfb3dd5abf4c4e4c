/** What is asked in the measurements of SNMP, by whichever program: of the table in `mib.c`, with the same names. */
import type { V3User } from '../../../src/access/snmp/agent.js';
import { AUTH, PRIV } from '../../../src/access/snmp/usm/algorithms.js';

/**
 * GET of 10 values, GETBULK of 22 columns and 10 rows, a walk of all 220 values one after the other, the same with all
 * columns side by side, and GET by SNMPv3.
 */
export type Work = (typeof WORKS)[number];
const WORKS = ['get', 'bulk', 'walk', 'table', 'secured'] as const;

export const TABLE = '1.3.6.1.2.1.2.2';
export const COLUMNS = Array.from({ length: 22 }, (_, at) => `${TABLE}.1.${at + 1}`);
export const ROWS = 10;
export const CELLS = [1, 3, 4, 5, 7, 8, 9, 10, 11, 16].map((column) => `${TABLE}.1.${column}.1`);
/** Rows that a walk asks for at once. */
export const STEP = 25;
export const COMMUNITY = 'public';
export const PASSWORDS = { auth: 'of the measurement only', priv: 'of this measurement only' } as const;
export const USER: V3User = {
  name: 'bench',
  auth: { protocol: AUTH.sha1, password: PASSWORDS.auth, priv: { protocol: PRIV.aes128, password: PASSWORDS.priv } },
};
/** As long as nothing is lost they say nothing. */
export const PATIENCE = { timeoutMs: 2_000, resends: 2 } as const;

/** Every agent has an address of its own. */
export const hostOf = (agent: number): string => `127.1.${(agent + 1) >> 8}.${(agent + 1) & 255}`;

/** How a program that does the work is started. */
export interface Job {
  readonly work: Work;
  readonly port: number;
  readonly agents: number;
  /** So many pieces of work are under way at once. */
  readonly window: number;
}

export const argumentsOf = ({ work, port, agents, window }: Job): string[] => [
  work,
  String(port),
  String(agents),
  String(window),
  PASSWORDS.auth,
  PASSWORDS.priv,
];

export function jobOf([wanted, port, agents, window]: readonly string[]): Job {
  const work = WORKS.find((one) => one === wanted);
  if (!work) throw new Error(`there is no work ${wanted}`);
  return { work, port: Number(port), agents: Number(agents), window: Number(window) };
}
