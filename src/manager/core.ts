/** What the operations of a manager work on: the manager as they see it. */
import type { Env } from '../base/env.js';
import type { ProcessMeter } from '../base/process-meter.js';
import type { Settings } from '../config/settings.js';
import type { AccessMethodName, ElementKind } from '../model/element.js';
import type { ManagerRole, ManagerState } from '../model/manager.js';
import type { IntegrationSection, ManagerSection } from '../model/ptp-store.js';
import type { CallContext, Invoke } from '../peer/peer.js';
import type { Store } from '../store/store.js';
import type { AccessCount } from './access-counts.js';
import type { AlarmDesk } from './alarm-desk.js';
import type { Collector } from './collector/collector.js';
import type { Configuration } from './configuration.js';
import type { Directory } from './directory.js';
import type { ElementTable } from './element-table.js';
import type { Listing } from './listing.js';
import type { OverloadWatch } from './overload/overload-watch.js';
import type { PoolService } from './pool/pool-service.js';

/** Sections of several managers, with those that did not answer. */
export interface Sections {
  readonly sections: readonly ManagerSection[];
  readonly missing: readonly { readonly manager: string; readonly reason: string }[];
  /** Elements that are listed after those of the sections, and were not fetched. Default 0. */
  readonly more?: number;
}

export interface SectionsQuery extends Pick<Listing, 'filter' | 'page' | 'pageSize' | 'sort' | 'after'> {
  /** Only devices, services or applications; default all of them. */
  readonly kind?: ElementKind;
  /** Seconds that the data may be old; undefined takes what is there. */
  readonly maxAge?: number;
  /** `memory`: that of the managers themselves, and not what is remembered of them. */
  readonly source?: 'memory' | 'store';
  /** Only what is known of this element: `kind/id` or a bare id. */
  readonly element?: string;
  /** Whether values are wanted; default `full`. */
  readonly detail?: 'summary' | 'full';
}

export interface ManagerCore {
  readonly env: Env;
  readonly role: ManagerRole;
  readonly version: string;
  readonly incarnation: number;
  readonly state: ManagerState;
  /** Monotonic time of the start, milliseconds. */
  readonly startedMs: number;
  readonly settings: Settings;
  readonly configuration: Configuration;
  readonly store: Store;
  readonly directory: Directory;
  readonly table: ElementTable;
  readonly collector: Collector;
  readonly alarms: AlarmDesk;
  readonly meter: ProcessMeter;
  /** Whether it keeps up, and what it can carry. */
  readonly overload: Pick<OverloadWatch, 'state' | 'status' | 'capacity'>;
  /** Access methods that this manager can use. */
  readonly availableMethods: ReadonlySet<AccessMethodName>;
  /** What access methods have counted since the start. */
  accessCounts(): Promise<readonly AccessCount[]>;
  /** Integration managers that have this one on their list now. */
  readonly registeredWith: readonly string[];
  /** What a list covers when the caller does not say: an EM itself, an EIM its pool. */
  readonly defaultScope: 'self' | 'pool';
  /** Its part in the pool, or the plain answer that it has none. */
  readonly pool: PoolService;
  /** By which others seal secrets for this manager; absent where none may travel. */
  readonly sealKey: string | undefined;
  readonly invoke: Invoke;
  ownSection(): ManagerSection;
  poolSections(query: SectionsQuery, context: CallContext): Promise<Sections>;
  /** `EIMANAGER` parts of `PTP_STORE`; an EM has none. */
  integrationSections(): readonly IntegrationSection[];
  /** The other manager that owns an element, as far as this one remembers what others have reported. */
  ownerElsewhere(element: string): string | undefined;
}
