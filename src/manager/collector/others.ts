/** Who else reaches what does not answer here; how a collector asks and is told. */
import type { Elsewhere } from '../../assess/status.js';
import type { AccessKey, ManagedElement } from '../../model/element.js';

export interface FailedAccess {
  readonly key: AccessKey;
  readonly element: ManagedElement;
  /** Position of the access within the element. */
  readonly access: number;
  /** Nothing is known of it from elsewhere yet: the first poll that failed. */
  readonly isFirst: boolean;
}

export interface Others {
  /** A poll has failed, with all its tries. @returns What is known so far; more is told later. Never waits. */
  failed(poll: FailedAccess): Elsewhere;
  /** It has said something. */
  answered(key: AccessKey): void;
}

const NOBODYS_FAULT: ReadonlySet<Elsewhere['is']> = new Set(['unreached', 'unasked', 'behind']);

/** Whether a failed poll was the manager's work all the same: nobody else reaches the element either, or can be asked to. */
export const isNobodysFault = (elsewhere: Elsewhere | undefined): boolean =>
  elsewhere !== undefined && NOBODYS_FAULT.has(elsewhere.is);
