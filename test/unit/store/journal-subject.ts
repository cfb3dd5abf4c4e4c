/** What the tests of the pool's journal share: one that is opened with an acknowledging listener, and entries. */
import { join } from 'node:path';
import { PtpError } from '../../../src/base/errors.js';
import type { Base, Durable, Entry } from '../../../src/pool/decisions.js';
import {
  JOURNAL_NAME,
  openPoolJournal,
  type PoolJournal,
  type PoolJournalOptions,
} from '../../../src/store/pool-journal.js';
import { settle } from '../../support/fake-clock.js';
import { type TestEnv, testEnv } from '../../support/test-env.js';

export const IDENTITY = 'a'.repeat(32);
export const roster = (version: number) => ({ pool: 'p', version, members: [], heartbeatMs: 500 });
export const BLANK: Base = {
  index: 0,
  term: 0,
  roster: roster(0),
  inventory: { managers: [], elements: [], owned: [] },
};
export const entry = (index: number, term = 1, text = ''): Entry => ({
  index,
  term,
  decision: { is: 'inventory', change: { index, text } },
});
export interface Opened {
  readonly journal: PoolJournal;
  readonly synced: number[];
  readonly faults: (string | undefined)[];
  readonly env: TestEnv;
  /** Resolves when the mark is synced. */
  until(mark: number): Promise<void>;
}

export async function start(
  dir: string,
  incarnation = 1,
  options: Partial<PoolJournalOptions> & { identity?: string } = {},
): Promise<Opened> {
  const env = testEnv();
  const synced: number[] = [];
  const faults: (string | undefined)[] = [];
  const { identity = IDENTITY, ...rest } = options;
  const data = { dir, identity, incarnation, path: (...parts: string[]) => join(dir, ...parts) };
  const journal = await openPoolJournal(data, {
    env,
    id: 'em1',
    blank: BLANK,
    synced: (mark) => synced.push(mark),
    onFault: (fault) => faults.push(fault),
    ...rest,
  });
  const until = async (mark: number) => {
    while (!synced.includes(mark)) await settle();
  };
  return { journal, synced, faults, env, until };
}

export async function refusal(dir: string, incarnation = 1000): Promise<PtpError> {
  try {
    await (await start(dir, incarnation)).journal.close();
  } catch (error) {
    if (error instanceof PtpError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

/** What a start does not change. */
export const content = ({ term, vote, leaseMs, base, entries }: Durable) => ({ term, vote, leaseMs, base, entries });
export const fileOf = (dir: string): string => join(dir, JOURNAL_NAME);
