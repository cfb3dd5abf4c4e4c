/** What a manager tells of its pool and can be asked to do in it: for operations, pages and commands. */
import type { ElementName } from '../../model/element.js';
import type { HandOver } from '../../model/hand-over.js';
import type { Epoch, ManagerAddress, ManagerRole, ManagerState } from '../../model/manager.js';
import type { Page } from '../../store/store.js';

export type { HandOver };

/** Ages and remaining times are milliseconds. */
export interface PoolMemberView {
  readonly id: string;
  readonly role: ManagerRole;
  readonly voter: boolean;
  readonly stands: boolean;
  readonly priority: number;
  readonly site?: string;
  readonly address?: ManagerAddress;
  /** Whether it can be given work. `unknown`: this manager keeps no inventory, and has not been told. */
  readonly standing: 'alive' | 'keeping' | 'leaving' | 'gone' | 'returning' | 'unknown';
  /** Why it is gone, in words. */
  readonly why?: string;
  readonly returnsInMs?: number;
  /** For how long it has had that standing, where that is known. */
  readonly standingMs?: number;
  readonly incarnation?: number;
  /** Share of a core, as it last said. */
  readonly load?: number;
  /** Poll cost per second of what it owns, and what it can carry. */
  readonly cost?: number;
  readonly capacity?: number;
  readonly owns: number;
  readonly standsInFor: number;
}

export interface PoolView {
  /** `alone`: its configuration wants no pool. `seeking`: no pool yet. `joining`: not admitted yet. */
  readonly standing: 'alone' | 'seeking' | 'joining' | 'member';
  readonly role: 'master' | 'secondary';
  readonly id?: string;
  readonly name?: string;
  readonly term: number;
  readonly master?: string;
  /** Of the master's lease; only known to itself. */
  readonly leaseMs?: number;
  readonly heartbeatMs: number;
  readonly rosterVersion: number;
  readonly quorum: 'majority' | 'none';
  /** No master is heard: what it owns it goes on polling, and takes nothing over. */
  readonly cutOff: boolean;
  /** Since a master was last heard; absent while there is one, and where none was ever heard. */
  readonly masterSilentMs?: number;
  readonly members: readonly PoolMemberView[];
}

/** Who has an element, and why. */
export interface AssignmentView {
  readonly element: ElementName;
  readonly owner?: string;
  readonly standIn?: string;
  readonly epoch?: Epoch;
  /** Who polls it until the owner has taken over. */
  readonly holder?: string;
  readonly homes: readonly string[];
  /** Wall clock; a delegation without an end has none. */
  readonly delegatedTo?: string;
  readonly delegatedUntil?: number;
  /** Why it is where it is, in words. */
  readonly reason?: string;
  /** Why nobody polls it, in words. */
  readonly unwatched?: string;
}

export interface ListQuery {
  readonly filter?: string;
  readonly page?: number;
  readonly pageSize?: number;
}

export interface HandOverListQuery extends ListQuery {
  /** Wall clock, [from, to). */
  readonly from?: number;
  readonly to?: number;
}

export interface DelegateRequest {
  readonly elements: readonly string[];
  /** Absent: somebody suitable is found. */
  readonly to?: string;
  /** Wall clock. */
  readonly until?: number;
  /** Takes delegated elements back instead. */
  readonly recall?: boolean;
  /** Default `person`. What is delegated because of load returns as soon as its home has room again. */
  readonly because?: 'person' | 'load';
}

export interface DelegateResult {
  readonly moved: readonly { readonly element: string; readonly to: string }[];
  readonly refused: readonly { readonly element: string; readonly reason: string }[];
}

export interface PoolService {
  readonly view: PoolView;
  /** What this manager knows: a voter all of the pool, another its own part. */
  assignments(query: ListQuery): Page<AssignmentView>;
  assignmentOf(element: ElementName): AssignmentView | undefined;
  /** How an element is polled, as JSON, where this manager keeps the inventory of a pool. */
  definitionOf(element: ElementName): string | undefined;
  /** The latest first; what this manager has taken over, and, as master, has decided. */
  handOvers(query: HandOverListQuery): Promise<Page<HandOver>>;

  /** @throws PtpError `Server.Unavailable` while no master is known. Passed on to the master. */
  delegate(request: DelegateRequest): Promise<DelegateResult>;
  /** A person's pause: hands over first unless `keep`. */
  pause(keep: boolean): Promise<void>;
  resume(): Promise<void>;
  /** Hands everything over, for 30 s at most, and leaves the pool. Answers with what nobody took. */
  leave(): Promise<readonly ElementName[]>;
  /** Questions a manager at once and says what was found. */
  reportFailure(manager: string, successor?: string): Promise<{ readonly finding: string; readonly done: string }>;
  /** Forgets a manager that is gone for good, with what only it listed. */
  forget(manager: string): Promise<void>;
  /** Goes on without members that are lost for good. */
  recover(without: readonly string[]): Promise<void>;
  readonly state: ManagerState;
}
