/** What is kept on disk for an access: JSON. What cannot be read is none. */
import type { ElementFacts } from '../../access/access.js';
import type { ReachState } from '../../assess/status.js';
import type { ThresholdState } from '../../assess/thresholds.js';
import type { SetMaintenance } from '../../model/maintenance.js';

export interface DurableMemory {
  /** The access method's own. */
  readonly method?: unknown;
  readonly facts?: ElementFacts;
  readonly reach?: ReachState;
  /** Windows that people set. */
  readonly maintenance?: SetMaintenance;
  /** Times are the wall clock's. */
  readonly thresholds?: ThresholdState;
}

export function parseMemory(memory: string | undefined): DurableMemory {
  if (!memory) return {};
  try {
    const parsed: unknown = JSON.parse(memory);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
