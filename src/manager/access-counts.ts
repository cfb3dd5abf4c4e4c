/** What the access methods, traps and notices have counted: what was lost, or could not be used, is to be seen. */
import type { AccessMethod } from '../access/access.js';
import type { AccessMethodName } from '../model/element.js';
import type { DestinationView } from './notices/notice-desk.js';

export interface AccessCount {
  readonly method: AccessMethodName | 'traps' | 'notices';
  /** In the method's own words, such as `malformed`. */
  readonly name: string;
  readonly count: number;
}

/** @param traps Absent where none are received. @param destinations Whom notices are sent to. */
export async function countsOf(
  methods: ReadonlyMap<AccessMethodName, AccessMethod>,
  traps: Readonly<Record<string, number>> = {},
  destinations: readonly DestinationView[] = [],
): Promise<readonly AccessCount[]> {
  const all = await Promise.all(
    [...methods.values()].map(async (one) =>
      Object.entries((await one.counts?.()) ?? {}).map(([name, count]) => ({ method: one.method, name, count })),
    ),
  );
  const ofTraps = Object.entries(traps).map(([name, count]) => ({ method: 'traps' as const, name, count }));
  const ofNotices = destinations.flatMap(({ id, sent, failed, lost, waiting }) =>
    Object.entries({ sent, failed, lost, waiting }).map(([name, count]) => ({
      method: 'notices' as const,
      name: `${id} ${name}`,
      count,
    })),
  );
  return [...all.flat(), ...ofTraps, ...ofNotices];
}
