/** What a digest of a poll's outcome is given. */
import type { EventRule, Filter } from '../../config/settings.js';
import type { AccessKey, AccessSpec } from '../../model/element.js';

/** The access that was polled, and its position within the element. */
export interface PolledAccess {
  readonly key: AccessKey;
  readonly index: number;
  readonly spec: AccessSpec;
}

/** What a digest needs to know besides the answer itself. */
export interface DigestContext {
  /** Wall clock, for what people see. */
  readonly nowMs: number;
  /** For rates: they must not feel a jump of the wall clock. */
  readonly monotonicMs: number;
  readonly filters: readonly Filter[];
  readonly eventRules: readonly EventRule[];
}
