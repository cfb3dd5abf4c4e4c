/** What a collector is made from, and what it is told and tells when it comes to own an element. */
import type { AccessMethod, Credential } from '../../access/access.js';
import type { Env } from '../../base/env.js';
import type { Settings } from '../../config/settings.js';
import type { AccessMethodName, ElementName, ManagedElement } from '../../model/element.js';
import type { Epoch } from '../../model/manager.js';
import type { Arrival, Bundle } from '../../pool/holding/state.js';
import type { Store } from '../../store/store.js';
import type { AlarmBook } from '../alarms/alarm-book.js';
import type { ElementTable } from '../element-table.js';
import type { Surrogates } from './method-choice.js';
import type { Others } from './others.js';
import type { PollSpill } from './poll-spill.js';
import type { MadeUp } from './poll-timer.js';

export interface CollectorParts {
  readonly env: Env;
  readonly store: Store;
  readonly table: ElementTable;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  readonly settings: () => Settings;
  /** Default: the configuration's own. For credentials that came with a bundle. */
  readonly credential?: (element: ElementName, id: string) => Credential | undefined;
  /** Absent: no alarms are raised. */
  readonly alarms?: AlarmBook;
  /** Asks other managers about what does not answer here. Absent: nobody is asked, and what is found here counts. */
  readonly others?: Others;
  /** Polls accesses that name another manager. Absent: such an access is not polled. */
  readonly surrogates?: Surrogates;
  /** What came of a poll, or of a judgement without one, is on disk and visible. For bundles to those who stand in. */
  readonly onPolled?: (element: ElementName, how: { readonly isJudged: boolean }) => void;
  /** Where polls wait that the store does not take and memory has no room for. Absent: they are given up. */
  readonly spill?: PollSpill;
  /** The store takes no polls from now on, and why; or, with nothing, it does again. */
  readonly onStoreFault?: (fault: string | undefined) => void;
  /** By how much a poll may wait for others at most, milliseconds. Default 0: each is made when it is due. */
  readonly togetherMs?: number;
  /** The process stood still; polling is suspended until `Collector.goOn`. See `Collector.watchStandstill`. */
  readonly onStoodStill?: (lateMs: number) => void;
}

export interface Owning {
  /** As this manager is to poll it; the definition in the bundle may be older. */
  readonly element: ManagedElement;
  readonly epoch: Epoch;
  readonly arrival: Arrival;
  /** Its cursors are as of now. */
  readonly bundle?: Bundle;
}

export interface Owned extends MadeUp {
  /** Why the bundle's body was not taken, if so: then polling goes on in its rhythm, with what the store knows. */
  readonly fault?: string;
}
