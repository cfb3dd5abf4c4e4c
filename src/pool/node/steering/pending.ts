/**
 * What is decided and not confirmed, each with the index of its decision, in the order of these: so that to forget what
 * has been confirmed costs what is forgotten, and not what waits.
 */

interface Decided {
  readonly index: number;
}

export type Pending<Key, Value extends Decided = Decided> = Map<Key, Value>;

/** What was decided of it before is overtaken. */
export function putPending<Key, Value extends Decided>(pending: Pending<Key, Value>, key: Key, value: Value): void {
  pending.delete(key);
  pending.set(key, value);
}

export function forgetConfirmed<Key>(pending: Pending<Key>, applied: number): void {
  for (const [key, { index }] of pending) {
    if (index > applied) return;
    pending.delete(key);
  }
}
