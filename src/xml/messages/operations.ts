/**
 * The table of messages: every operation of the peer-to-peer interface.
 *
 * The types of handlers and callers, the schema, the WSDL, the codec and the role check all come from here. Only
 * operations that work stand in it.
 */

import { ALARM_KEEPING_OPERATIONS } from './alarm-keeping-operations.js';
import { ALARM_OPERATIONS } from './alarm-operations.js';
import { FAILOVER_OPERATIONS } from './failover-operations.js';
import type { Operation, RecordOf } from './fields.js';
import {
  boolean,
  decimal,
  embedded,
  id,
  int,
  list,
  operation,
  optional,
  ptpStore,
  record,
  string,
  time,
} from './fields.js';
import { MAINTENANCE_OPERATIONS } from './maintenance-operations.js';
import { MEASUREMENT_OPERATIONS } from './measurement-operations.js';
import { NOTICE_OPERATIONS } from './notice-operations.js';
import { ORIGIN_OPERATIONS } from './origin-operations.js';
import * as parts from './parts.js';
import * as pool from './pool-parts.js';
import { REACH_OPERATIONS } from './reach-operations.js';

const { listing, listed, detail } = parts;

export const OPERATIONS = {
  areYouThere: operation({
    doc: 'Asks whether a manager is there, who it is and how it is.',
    role: 'viewer',
    input: {},
    output: {
      id,
      name: optional(string),
      role: parts.role,
      incarnation: int,
      state: parts.state,
      poolRole: parts.poolRole,
      term: int,
      master: optional(id),
      uptime: decimal,
      time: optional(time),
      health: parts.health,
      load: decimal,
      version: id,
    },
  }),
  IAmHere: operation({
    doc: 'Registers a manager with an integration manager, or renews the registration.',
    role: 'peer',
    input: { manager: parts.managerDescription },
    output: { registered: boolean, neighbors: list(parts.neighbor), failover: list(id) },
  }),
  getNeighbors: operation({
    doc: 'The managers that a manager knows, and whether they answer.',
    role: 'viewer',
    input: { manager: optional(id) },
    output: { neighbors: list(parts.neighbor) },
  }),
  getCapabilities: operation({
    doc: 'What a manager is able to manage, and how.',
    role: 'viewer',
    input: { manager: optional(id) },
    output: {
      manager: id,
      methods: list(id),
      types: list(id),
      /** Device models that it declares itself able to manage. */
      supports: list(
        record('SupportedDevice', {
          snmpoid: id,
          vendor: optional(string),
          model: optional(string),
          type: optional(string),
        }),
      ),
      responsibilities: list(id),
      capacity: decimal,
      operations: list(id),
      protocol: id,
      /** By which other managers seal secrets for it. */
      sealKey: optional(id),
    },
  }),
  getStatus: operation({
    doc: 'State of a manager: of this one, of the one named, or with scope pool of all that are known.',
    role: 'viewer',
    input: { manager: optional(id), scope: optional(parts.scope), maxAge: optional(decimal) },
    output: { managers: list(parts.managerStatus), missing: list(parts.missing) },
  }),
  getDevices: operation({
    doc: 'Devices with status and latest values.',
    role: 'viewer',
    input: { element: optional(id), ...listing, ...detail },
    output: { PTP_STORE: ptpStore, ...listed },
  }),
  getServices: operation({
    doc: 'Services with status and latest values.',
    role: 'viewer',
    input: { element: optional(id), ...listing, ...detail },
    output: { PTP_STORE: ptpStore, ...listed },
  }),
  getApplications: operation({
    doc: 'Applications with status and latest values.',
    role: 'viewer',
    input: { element: optional(id), ...listing, ...detail },
    output: { PTP_STORE: ptpStore, ...listed },
  }),
  getStore: operation({
    doc: 'All that a manager, or with scope pool every known manager, keeps, in the common data format.',
    role: 'viewer',
    input: { ...listing, ...detail },
    output: { PTP_STORE: ptpStore, ...listed },
  }),
  getEvents: operation({
    doc: 'The event log, newest first.',
    role: 'viewer',
    input: {
      from: optional(time),
      to: optional(time),
      /** This severity or worse. */
      severity: optional(parts.severity),
      text: optional(string),
      element: optional(id),
      ...listing,
    },
    output: { events: list(parts.event), ...listed },
  }),
  pollNow: operation({
    doc: 'Polls an element at once and answers with the fresh values.',
    role: 'operator',
    input: { element: id },
    output: {
      element: id,
      manager: id,
      status: parts.status,
      values: list(parts.metric),
      /** One for each access that failed. */
      faults: list(record('AccessFault', { method: id, message: string })),
    },
  }),
  getConfig: operation({
    doc: 'The configuration file as it is in force, secrets masked.',
    role: 'operator',
    input: {},
    output: { config: string, version: id, fault: optional(string) },
  }),
  checkConfig: operation({
    doc: 'Checks a configuration against the one in force without taking it.',
    role: 'operator',
    input: { config: string },
    output: {
      valid: boolean,
      faults: list(parts.configFault),
      added: list(id),
      removed: list(id),
      changed: list(id),
      /** What else would change, a sentence each. */
      effects: list(string),
    },
  }),
  sendEvent: operation({
    doc: 'Takes events in, of operators and managers any, of an application server those of what it answers for; answers when they are on disk.',
    role: 'viewer',
    input: { events: list(parts.eventInput) },
    output: { stored: list(int) },
  }),
  pushStore: operation({
    doc: 'Takes in values and status of services and applications that nobody polls: of operators and managers, or of an application server that answers for them. Answers when they are on disk.',
    role: 'viewer',
    input: { PTP_STORE: ptpStore },
    output: {
      /** What they were stored for. */
      elements: list(id),
      values: int,
    },
  }),
  relay: operation({
    doc: 'Passes a request on to the named manager and its answer back.',
    role: 'viewer',
    input: { manager: id, request: embedded('request') },
    output: { manager: id, answer: embedded('answer') },
  }),
  announce: operation({
    doc: 'Between managers of a pool: who seeks, founds, joins, offers or leaves it. One message each, answered empty.',
    role: 'peer',
    input: { ...pool.envelope, ...pool.announceMessages },
    output: {},
  }),
  election: operation({
    doc: 'Between managers of a pool: whether a candidate would be voted for. One message each, answered empty.',
    role: 'peer',
    input: { ...pool.envelope, ...pool.electionMessages },
    output: {},
  }),
  vote: operation({
    doc: 'Between managers of a pool: asks for a vote, or gives it. One message each, answered empty.',
    role: 'peer',
    input: { ...pool.envelope, ...pool.voteMessages },
    output: {},
  }),
  coordinator: operation({
    doc: 'Of the master of a pool: that it is, who belongs, or that it gives the mastership up. One message each, answered empty.',
    role: 'peer',
    input: { ...pool.envelope, ...pool.coordinatorMessages },
    output: {},
  }),
  heartbeat: operation({
    doc: 'Between managers of a pool: signs of life, the lease, decisions and what a voter has of them, questions about others. One message each, answered empty.',
    role: 'peer',
    input: { ...pool.envelope, ...pool.heartbeatMessages },
    output: {},
  }),
  assign: operation({
    doc: 'Between managers of a pool: which elements to poll, and their hand-over. One message each, answered empty.',
    role: 'peer',
    input: { ...pool.envelope, ...pool.assignMessages },
    output: {},
  }),
  ...ALARM_OPERATIONS,
  ...ALARM_KEEPING_OPERATIONS,
  ...FAILOVER_OPERATIONS,
  ...MAINTENANCE_OPERATIONS,
  ...MEASUREMENT_OPERATIONS,
  ...REACH_OPERATIONS,
  ...ORIGIN_OPERATIONS,
  ...NOTICE_OPERATIONS,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
export type Input<O extends OperationName> = RecordOf<(typeof OPERATIONS)[O]['input']>;
export type Output<O extends OperationName> = RecordOf<(typeof OPERATIONS)[O]['output']>;

export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];
export const isOperation = (name: string): name is OperationName => Object.hasOwn(OPERATIONS, name);

/** Namespace of all messages. */
export const NAMESPACE = 'urn:ptpmgr:peer';
/** Major.minor; a manager works with those one minor version older or newer. */
export const PROTOCOL_VERSION = '1.0';

/** Open to whoever may look, as they judge for themselves who may write, and what. */
const WRITING: ReadonlySet<OperationName> = new Set<OperationName>(['sendEvent', 'pushStore']);

/** Whether an operation only looks: done twice, it has changed nothing. */
export const isReading = (operation: OperationName): boolean =>
  OPERATIONS[operation].role === 'viewer' && !WRITING.has(operation);
