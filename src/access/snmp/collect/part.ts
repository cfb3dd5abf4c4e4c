/** A part of what is read from an agent beside the system group and its interfaces: a table or two of some MIB. */
import type { ElementFacts, Reading } from '../../access.js';
import type { InterfaceNames } from '../interfaces.js';
import type { SnmpSession } from '../session.js';
import type { BulkSize } from '../walk.js';

export interface PartContext {
  readonly session: SnmpSession;
  readonly bulk: BulkSize;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: number;
  readonly interfaces: InterfaceNames;
  /** What the part kept; undefined at first, and after a restart of the device. */
  readonly kept: unknown;
  /** Which of the roots the device has. */
  readonly has: (root: string) => boolean;
}

export interface PartAnswer {
  readonly readings: readonly Reading[];
  /** JSON-able, for the next poll; at most {@link MOST_KEPT} characters, else it is forgotten. */
  readonly kept?: unknown;
  readonly facts?: ElementFacts;
}

export interface Part {
  /** For memory and messages, such as `ENTITY-SENSOR-MIB`. */
  readonly id: string;
  /** The part is read where the device has something below any of these. */
  readonly roots: readonly string[];
  /** How long what it read last holds: until then {@link recall} takes the place of reading. Default: not at all. */
  readonly everyMs?: number;
  /** Readings of what is kept. */
  readonly recall?: (kept: unknown) => readonly Reading[];
  /** What is known of a device that has it not, or no more. */
  readonly gone?: ElementFacts;
  /** @throws PtpError `Access.*` */
  read(context: PartContext): Promise<PartAnswer>;
}

/** Characters of JSON that one part keeps; what an access keeps travels with its element. */
export const MOST_KEPT = 64 * 1024;
/** Names of rows, and what else hardly ever changes while a device is up. */
export const NAMES_MS = 3_600_000;
