/** What the access methods have counted: what was lost, or could not be used, is to be seen. */
import type { AccessMethod } from '../access/access.js';
import type { AccessMethodName } from '../model/element.js';

export interface AccessCount {
  readonly method: AccessMethodName;
  /** In the method's own words, such as `malformed`. */
  readonly name: string;
  readonly count: number;
}

export async function countsOf(methods: ReadonlyMap<AccessMethodName, AccessMethod>): Promise<readonly AccessCount[]> {
  const all = await Promise.all(
    [...methods.values()].map(async (one) =>
      Object.entries((await one.counts?.()) ?? {}).map(([name, count]) => ({ method: one.method, name, count })),
    ),
  );
  return all.flat();
}
