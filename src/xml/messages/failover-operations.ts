/** Operations by which work goes from manager to manager, and the pool is looked at and steered from outside. */
import { boolean, decimal, id, int, list, oneOf, operation, optional, string, time } from './fields.js';
import { listed, listing, managerDescription, missing, state } from './parts.js';
import { bundle } from './pool-parts.js';
import * as views from './pool-views.js';

export const FAILOVER_OPERATIONS = {
  IAmLive: operation({
    doc: 'A manager is back: tells it of each of its elements who polls it now and when it returns.',
    role: 'peer',
    input: { id, incarnation: int, uri: id },
    output: { elements: list(views.liveElement) },
  }),
  identifyFailOver: operation({
    doc: 'Asks a manager what it could take over from another. Binds it to nothing.',
    role: 'viewer',
    input: { id, needs: list(views.need) },
    output: {
      canTake: list(views.canTake),
      /** Poll cost per second that it could carry besides what it does now. */
      spareCapacity: decimal,
    },
  }),
  failOverAction: operation({
    doc: 'Has this manager take over elements of the named one; in a pool its master decides.',
    role: 'operator',
    input: { id, elements: list(id) },
    output: { taken: list(id), refused: list(views.refusal) },
  }),
  delegate: operation({
    doc: 'Moves elements to another manager with their data, without a poll missed; or recalls them.',
    role: 'operator',
    input: {
      elements: list(id),
      /** Absent: a suitable manager is found. */
      to: optional(id),
      /** Absent: until they are recalled. */
      until: optional(time),
      /** Ends delegations instead: the elements go where they belong. */
      recall: optional(boolean),
      /** Default person. What goes because of load returns as soon as its home has room again. */
      because: optional(oneOf('DelegationCause', ['person', 'load'])),
    },
    output: { moved: list(views.moved), refused: list(views.refusal) },
  }),
  takeOver: operation({
    doc: 'Has this manager take elements whose bundles are given; refused when a bundle is of an older epoch.',
    role: 'operator',
    input: { bundles: list(bundle) },
    output: { confirmations: list(views.confirmation) },
  }),
  release: operation({
    doc: 'Has this manager give elements up; each is released when its new owner has confirmed.',
    role: 'operator',
    input: {
      elements: list(id),
      /** The newest epoch that the caller knows of. */
      epoch: id,
    },
    output: { confirmations: list(views.confirmation) },
  }),
  reportFailure: operation({
    doc: 'Says that a manager has failed: it is questioned at once, and what it had goes to others if so.',
    role: 'operator',
    input: { id, successor: optional(id) },
    output: {
      /** `alive`, `paused`, `crashed`, `disconnected` or `lost`. */
      finding: string,
      done: string,
    },
  }),
  becomeIntegrationManager: operation({
    doc: 'An e-manager gives away all it owns, tells everybody, and becomes an e-integration manager.',
    role: 'admin',
    input: {},
    output: { told: list(id), missing: list(missing) },
  }),
  announceIntegrationManager: operation({
    doc: 'A manager says that it is an integration manager from now on.',
    role: 'peer',
    input: { manager: managerDescription },
    output: {
      /** Whether the receiver will register with it. */
      registers: boolean,
    },
  }),
  findCandidates: operation({
    doc: 'Finds managers that could take elements, by asking them.',
    role: 'viewer',
    input: { elements: list(id) },
    output: { candidates: list(views.candidates), missing: list(missing) },
  }),
  getAssignments: operation({
    doc: 'The pool as this manager sees it: its members, and who owns each element and why.',
    role: 'viewer',
    input: { element: optional(id), ...listing },
    output: { pool: views.poolState, assignments: list(views.assignment), ...listed },
  }),
  getHandOvers: operation({
    doc: 'The ledger of all that went from one manager to another, newest first.',
    role: 'viewer',
    input: {
      from: optional(time),
      to: optional(time),
      element: optional(id),
      /** As giver or as taker. */
      manager: optional(id),
      text: optional(string),
      ...listing,
    },
    output: { handOvers: list(views.handOver), ...listed },
  }),
  pause: operation({
    doc: 'Stops polling; what the manager owns is handed over before, unless it is to be kept.',
    role: 'operator',
    input: { keep: optional(boolean) },
    output: { state },
  }),
  resume: operation({
    doc: 'Ends a pause.',
    role: 'operator',
    input: {},
    output: { state },
  }),
  shutdown: operation({
    doc: 'Hands over what the manager owns, unless told not to, and ends it.',
    role: 'admin',
    input: {
      /** Default true. */
      handOver: optional(boolean),
    },
    output: {
      state,
      /** What nobody took. */
      left: list(id),
    },
  }),
  forget: operation({
    doc: 'Forgets a manager that is gone for good, with the elements that only it listed.',
    role: 'admin',
    input: { manager: id },
    output: {},
  }),
  recover: operation({
    doc: 'After a majority was lost for good: goes on without the named managers.',
    role: 'admin',
    input: { without: list(id) },
    output: {
      term: int,
      master: optional(id),
      members: list(id),
    },
  }),
} as const;
