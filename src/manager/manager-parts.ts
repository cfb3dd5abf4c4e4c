/** What a manager is made from. */
import type { AccessMethod } from '../access/access.js';
import type { Env } from '../base/env.js';
import type { ProcessMeter } from '../base/process-meter.js';
import type { AccessMethodName } from '../model/element.js';
import type { ManagerAddress } from '../model/manager.js';
import type { Peer } from '../peer/peer.js';
import type { Keeping } from '../peer/peer-connector.js';
import type { Durable } from '../pool/decisions.js';
import type { DurableChange } from '../pool/mastership/durable.js';
import type { Candidate } from '../pool/mastership/state.js';
import type { Store } from '../store/store.js';
import type { PollSpill } from './collector/poll-spill.js';
import type { Configuration } from './configuration.js';
import type { ManagerControl } from './control.js';
import type { Directory } from './directory.js';
import type { NoticeDesk } from './notices/notice-desk.js';
import type { Membership } from './pool/participation.js';
import type { PoolMember, PoolWire } from './pool/pool-member.js';
import type { SealKeys } from './pool/sealing.js';

/** All of it outlives the manager object, which a process can exchange. */
export interface ManagerParts {
  readonly env: Env;
  readonly version: string;
  readonly incarnation: number;
  readonly configuration: Configuration;
  readonly store: Store;
  /** Absent: polls that neither the store nor memory takes are given up. */
  readonly spill?: PollSpill;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  readonly meter: ProcessMeter;
  readonly connect: (address: ManagerAddress, keeping: Keeping) => Peer;
  /** Absent for a manager that is alone. */
  readonly pool?: PoolParts;
  /** Absent: nobody can end it from outside. */
  readonly control?: ManagerControl;
  /** What traps have counted since the start, by name. */
  readonly trapCounts?: () => Readonly<Record<string, number>>;
  /** Absent: it tells nobody. */
  readonly notices?: NoticeDesk;
}

/** What a manager brings along that takes part in a pool. */
export interface PoolParts {
  readonly membership: Membership;
  readonly durable: Durable;
  readonly append: (change: DurableChange, mark: number) => void;
  readonly fault: () => string | undefined;
  readonly candidate: Candidate;
  /** Whether secrets may travel: the pool has a key that not everybody knows. */
  readonly hasKey: boolean;
  /** By which others seal them for this manager. */
  readonly sealKeys: SealKeys;
  readonly link: (member: () => PoolMember, directory: Directory) => PoolWire;
}
