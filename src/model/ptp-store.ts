/**
 * The common data format as data: what `PTP_STORE` says, without XML.
 *
 * `xml/ptp-store-codec.ts` writes and reads it. What is optional there is optional here; what can repeat is a list.
 */
import type { Alarm, AlarmAction } from './alarm.js';
import type { ElementKind, Link } from './element.js';
import type { Epoch } from './manager.js';
import type { SampleValue } from './sample.js';
import type { Severity, Status } from './status.js';

/** Where the data of a part comes from. */
export type PartSource = 'memory' | 'store' | 'cache';

/** The latest value of a metric. */
export interface MetricValue {
  readonly name: string;
  readonly instance: string;
  readonly value: SampleValue;
  readonly unit: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Of the threshold that it is beyond, the worst if of several, and what that says: `above 70 for 2 min`. */
  readonly severity?: Severity;
  readonly threshold?: string;
}

/** Last outcome of one access of an element, for the person who wonders why there is no data. */
export interface AccessState {
  readonly method: string;
  readonly ok: boolean;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Of the last successful try. */
  readonly responseMs?: number;
  /** What was wrong, when not ok. */
  readonly error?: string;
  /** The manager through which it is reached, where that is not the owner. */
  readonly via?: string;
  /** Milliseconds of its owner's work per second that polling it costs. */
  readonly cost?: number;
  /** Of a poll, on the mean: milliseconds of work, and from its beginning to its end. */
  readonly workMs?: number;
  readonly wallMs?: number;
  /** Of a poll, on the mean, where the method counts them: requests, and bytes received. */
  readonly requests?: number;
  readonly bytes?: number;
}

/** An open alarm, as the element or the manager that it is about stands in the format. */
export interface AlarmEntry
  extends Pick<Alarm, 'id' | 'key' | 'name' | 'severity' | 'worst' | 'text' | 'source' | 'silencedBy' | 'keptBy'>,
    Pick<Alarm, 'raisedAt' | 'changedAt' | 'lastAt' | 'count'> {
  readonly acknowledged?: Pick<AlarmAction, 'by' | 'at' | 'note'>;
  readonly root?: { readonly element: string; readonly alarm?: string; readonly why: string };
  readonly flapping?: true;
}

/** What polling an element costs its owner, milliseconds of work per second; undefined before its first poll. */
export const pollCost = ({ access }: Pick<ElementEntry, 'access'>): number | undefined =>
  access.some(({ cost }) => cost !== undefined) ? access.reduce((sum, { cost = 0 }) => sum + cost, 0) : undefined;

/** `Device`, `Service` or `Application`. */
export interface ElementEntry {
  readonly kind: ElementKind;
  readonly id: string;
  readonly ip?: string;
  readonly dnsname?: string;
  readonly label?: string;
  readonly status: Status;
  /** When that status began, milliseconds since 1970. */
  readonly since?: number;
  /** Why, in one sentence, when it is not normal. */
  readonly reason?: string;
  readonly type?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly owner?: string;
  readonly epoch?: Epoch;
  readonly description?: string;
  readonly portal?: string;
  readonly location?: string;
  readonly customers: readonly string[];
  readonly deviceName?: string;
  readonly nwview?: string;
  readonly links: readonly Link[];
  readonly parents: readonly string[];
  readonly access: readonly AccessState[];
  readonly metrics: readonly MetricValue[];
  /** Open ones; absent where there are none. */
  readonly alarms?: readonly AlarmEntry[];
}

export interface HostEntry {
  readonly dnsname?: string;
  /** `host:port` or an origin, as written. */
  readonly uri?: string;
  readonly context?: string;
  readonly portal?: string;
}

export interface SiteEntry {
  readonly id: string;
  readonly label?: string;
  readonly status?: Status;
}

/** `EMANAGER`: one manager's part of the database. */
export interface ManagerSection {
  readonly id: string;
  readonly name?: string;
  readonly status?: Status;
  /** Seconds since this part was known to be right, and from where it was taken. */
  readonly age?: number;
  readonly source?: PartSource;
  readonly host?: HostEntry;
  readonly site?: SiteEntry;
  readonly failover: readonly string[];
  readonly devices: readonly ElementEntry[];
  readonly services: readonly ElementEntry[];
  readonly applications: readonly ElementEntry[];
  /** Open ones of the manager itself; absent where there are none. */
  readonly alarms?: readonly AlarmEntry[];
}

/** `EIMANAGER/EMANAGERLIST/EMANAGER`: a manager as an integration manager knows it. */
export interface ListedManager {
  readonly id: string;
  readonly name?: string;
  readonly status?: Status;
  readonly site?: SiteEntry;
  readonly portal?: string;
  readonly failover: readonly string[];
}

export interface IntegrationSection {
  readonly id: string;
  readonly name?: string;
  readonly host?: HostEntry;
  readonly managers: readonly ListedManager[];
}

export interface PtpStore {
  readonly managers: readonly ManagerSection[];
  readonly integrationManagers: readonly IntegrationSection[];
}

/** All elements of a section: devices, services, applications. */
export const sectionElements = (section: ManagerSection): readonly ElementEntry[] => [
  ...section.devices,
  ...section.services,
  ...section.applications,
];
