/** Operations on where elements come from besides the configuration: sources, and networks that are searched. */
import { boolean, id, int, list, oneOf, operation, optional, record, string, time } from './fields.js';
import * as parts from './parts.js';

const elementSource = record('ElementSource', {
  /** By which it is named: its type and place. */
  source: id,
  type: id,
  /** Elements in its list in force. */
  elements: int,
  /** Those of them that something before it defines as well, which then counts. */
  shadowed: int,
  /** When the list in force was read. */
  readAt: optional(time),
  triedAt: optional(time),
  /** Why the newest reading was not taken: place and reason. */
  fault: optional(string),
  /** A list that waits for a second reading, or, where it is empty, for a person. */
  inDoubt: optional(record('ListInDoubt', { elements: int, missing: int })),
});

const searchedNetwork = record('SearchedNetwork', {
  network: id,
  state: oneOf('SearchState', ['waiting', 'searching']),
  /** Addresses that this search, or the last one, has tried, and all that it tries. */
  tried: int,
  addresses: int,
  /** Addresses at which something answered. */
  found: int,
  /** Of those, the ones not known before. */
  fresh: int,
  startedAt: optional(time),
  /** Of the last whole search. */
  endedAt: optional(time),
  nextAt: optional(time),
  /** Whether nothing is polled before a person agrees. */
  approve: boolean,
  /** Why the last search found less than it might have. */
  fault: optional(string),
});

const foundDevice = record('FoundDevice', {
  address: id,
  network: id,
  decision: oneOf('Decision', ['new', 'approved', 'ignored']),
  /** What it answers to: `snmp`, `icmp`, `tcp:22`. */
  answers: list(id),
  /** Of the credential by which it answered. */
  credential: optional(id),
  name: optional(string),
  description: optional(string),
  sysObjectId: optional(id),
  type: optional(string),
  vendor: optional(string),
  model: optional(string),
  firstSeen: time,
  lastSeen: time,
  /** Whole searches since then in which it did not answer. */
  missed: int,
  /** Who decided, and when. */
  by: optional(string),
  at: optional(time),
  /** The element that it has become. */
  element: optional(id),
  /** Why an approved one is no element. */
  fault: optional(string),
});

export const ORIGIN_OPERATIONS = {
  getSources: operation({
    doc: 'Where the elements of a manager come from besides its configuration, and with an element where that one does.',
    role: 'viewer',
    input: { element: optional(id) },
    output: {
      manager: id,
      sources: list(elementSource),
      origin: optional(record('Origin', { source: string, line: optional(int) })),
    },
  }),
  changeSource: operation({
    doc: 'Reads a source now, or confirms a list of it that lacks much of what is in force.',
    role: 'admin',
    input: { source: id, action: oneOf('SourceAction', ['read', 'confirm']) },
    output: { source: elementSource },
  }),
  getDiscovery: operation({
    doc: 'Networks that are searched for devices, and what was found there.',
    role: 'viewer',
    input: { ...parts.listing },
    output: { manager: id, networks: list(searchedNetwork), found: list(foundDevice), total: int },
  }),
  changeDiscovery: operation({
    doc: 'Decides on devices that were found, or begins or stops the search of a network.',
    role: 'admin',
    input: {
      /** `reconsider` takes a decision back: an approved device is no element any more. */
      action: oneOf('DiscoveryAction', ['approve', 'ignore', 'reconsider', 'search', 'stop']),
      /** To decide on. */
      addresses: list(id),
      /** To search; default all. */
      network: optional(id),
    },
    output: {
      /** Addresses, or networks. */
      done: list(id),
      refused: list(record('RefusedAddress', { address: id, reason: string })),
    },
  }),
} as const;
