/** A simulated member as the world around it sees it, whatever it runs. */
import type { Durable } from '../pool/decisions.js';
import type { Mastership } from '../pool/mastership/state.js';
import type { Member } from '../pool/member.js';
import type { Disk } from './disk.js';

/** What checkers look at. */
export interface Subject {
  readonly id: string;
  readonly index: number;
  readonly disk: Disk;
  /** Undefined while its process is down. */
  readonly mastership: Mastership | undefined;
  /** As it will be on disk once all writes are synced. */
  readonly durable: Durable;
  readonly term: number;
  /**
   * Its starts since an older copy took the place of its disk, undefined where none did: it counts for nothing until it
   * has been admitted under one of those.
   */
  readonly outdated: readonly number[] | undefined;
  /** How long the leases were that it was asked for lately: by whom, and in which renewal. */
  readonly asked: ReadonlyMap<string, number>;
  isMaster(): boolean;
  localMs(): number;
  globalAt(localMs: number): number;
}

/** What can be done to its process and its disk. */
export interface Process extends Subject {
  readonly isUp: boolean;
  readonly isStopped: boolean;
  /** Milliseconds by which its process gets round to things late. */
  lagMs: number;
  /** Called after every write of a term or vote. */
  onTermWritten: (() => void) | undefined;
  /** Entries in one message, at most: any beginning of what it would send is as good. */
  mostEntries: number;
  start(): void;
  /** @param how `power`: nobody refuses connections in its place. Default `process`. */
  crash(how?: 'process' | 'power'): void;
  stop(): void;
  goOn(): void;
  /** The disk is gone: another manager under the same id. */
  loseDisk(): void;
  restoreDisk(copy: Durable): void;
}

/** Whether a member's disk is what a roster means by it, and has not forgotten what it said since. */
export const countsAs = (
  { durable, outdated }: Pick<Subject, 'durable' | 'outdated'>,
  { identity, incarnation }: Member,
): boolean => durable.identity === identity && (outdated === undefined || outdated.includes(incarnation));
