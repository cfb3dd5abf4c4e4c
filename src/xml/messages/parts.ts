/** Records that several messages share. */
import { ELEMENT_KINDS } from '../../model/element.js';
import { MANAGER_ROLES, MANAGER_STATES, REACHES } from '../../model/manager.js';
import { SEVERITIES, STATUSES } from '../../model/status.js';
import { boolean, decimal, id, int, list, oneOf, optional, record, string, time, value } from './fields.js';

export const severity = oneOf('Severity', SEVERITIES);
export const status = oneOf('Status', STATUSES);
export const role = oneOf('ManagerRole', MANAGER_ROLES);
export const state = oneOf('ManagerState', MANAGER_STATES);
export const poolRole = oneOf('PoolRole', ['none', 'master', 'secondary']);
export const health = oneOf('Health', ['good', 'degraded', 'failing']);
export const reach = oneOf('Reach', REACHES);
export const kind = oneOf('ElementKind', ELEMENT_KINDS);
export const scope = oneOf('Scope', ['self', 'pool']);
export const source = oneOf('Source', ['memory', 'store']);
const partSource = oneOf('PartSource', ['memory', 'store', 'cache']);

/** What may follow the parameters of every operation that returns a list. */
export const listing = {
  /** Words that must occur in the row's id, label, names, type or text; upper and lower case alike. */
  filter: optional(string),
  /** From 1. */
  page: optional(int),
  /** Rows a page, 1 to 1,000; default all, up to 1,000. */
  pageSize: optional(int),
  /** A column, `-` before it for the other direction. */
  sort: optional(id),
  scope: optional(scope),
  source: optional(source),
  /** Seconds that the data may be old; 0 asks the owner now. */
  maxAge: optional(decimal),
  /** Goes on behind the page that gave it as `next`, whatever has come and gone meanwhile; in the place of `page`. */
  after: optional(string),
} as const;

/** Lists of elements may leave the values out: a page of 50 routers is read for their status. Default full. */
export const detail = { detail: optional(oneOf('Detail', ['summary', 'full'])) } as const;

/** Where one part of an answer comes from. */
export const part = record('Part', {
  manager: id,
  /** Seconds since this was known to be right. */
  age: decimal,
  source: partSource,
});

/** A manager that should have answered and did not. */
export const missing = record('Missing', { manager: id, reason: string });

/** What every answer with a list says about itself. */
export const listed = {
  /** Rows in all pages. */
  total: int,
  parts: list(part),
  missing: list(missing),
  /** For `after`; absent on the last page, and where a list has none. */
  next: optional(string),
  /** There are more rows than `total`: to count all would have been too much. */
  totalIsLeast: optional(boolean),
} as const;

export const socketAddress = record('SocketAddress', { host: id, port: int });

export const managerDescription = record('ManagerDescription', {
  id,
  name: optional(string),
  role,
  incarnation: int,
  hostname: id,
  port: int,
  context: string,
  /** Origin, such as `https://em1.example:8443`. */
  uri: id,
  socket: optional(socketAddress),
  site: optional(record('Site', { id, label: optional(string) })),
  methods: list(id),
  types: list(id),
  /** Names of the elements that it answers for. */
  responsibilities: list(id),
  /** Poll cost per second that it can carry. */
  capacity: decimal,
});

export const neighbor = record('Neighbor', {
  id,
  name: optional(string),
  role,
  uri: id,
  context: string,
  socket: optional(socketAddress),
  reach,
  /** Seconds since it last answered; absent when it never did. */
  age: optional(decimal),
  state: optional(state),
  incarnation: optional(int),
  /** Why it is not alive, in a sentence. */
  reason: optional(string),
});

const statusCount = record('StatusCount', { status, count: int });
export const severityCount = record('SeverityCount', { severity, count: int });

/** Whether a manager keeps up with its polls: ample, tight (it is close to more than it can do), late (it does not). */
export const workloadState = oneOf('WorkloadState', ['ample', 'tight', 'late']);

const workload = record('Workload', {
  state: workloadState,
  /** For so long, seconds. */
  age: decimal,
  /** Why it is not ample, in a sentence. */
  reason: optional(string),
  /** Seconds until polls will begin late at the present growth, where that is foreseen. */
  lateIn: optional(decimal),
  /** Of what is used most (time of the main thread, polls under way, store, memory), the share of the most; 1 is late. */
  use: decimal,
  /** Share of the main thread's time that all that it polls is expected to take. */
  expected: decimal,
  /** Poll cost per second of what it polls, and what it can carry. */
  cost: decimal,
  capacity: decimal,
  /** Over the last minute 95 of 100 polls began late by less than this, seconds. */
  lag95: decimal,
  /** Polls under way; due and not begun; made and not on disk yet. */
  underWay: int,
  waiting: int,
  unstored: int,
  /** Polls left out since the start because the former one of the same access still ran. */
  overlapped: int,
});

/** State of a manager, for people and for monitoring it. */
export const managerStatus = record('ManagerStatus', {
  id,
  name: optional(string),
  role,
  incarnation: int,
  state,
  poolRole,
  term: int,
  master: optional(id),
  /** Seconds. */
  uptime: decimal,
  health,
  /** 0 idle, 1 fully busy. */
  load: decimal,
  version: id,
  uri: id,
  context: string,
  site: optional(string),
  elements: list(statusCount),
  /** Over the last minute: polls per second, and the most that a poll started late, in seconds. */
  pollRate: decimal,
  pollLag: decimal,
  /** Absent from managers of an older version. */
  workload: optional(workload),
  pollsDone: int,
  pollsFailed: int,
  /** What access methods have counted since the start, each in its own words: what was sent, lost, could not be used. */
  accessCounts: list(record('AccessCount', { method: id, name: id, count: int })),
  memoryBytes: int,
  storeBytes: optional(int),
  configVersion: id,
  /** Why the newest configuration was not taken, when it was not: file, line and reason. */
  configFault: optional(string),
  /** Integration managers it is registered with now. */
  registeredWith: list(id),
  /** Seconds since this was known to be right. */
  age: decimal,
  /** Open alarms of what it owns and of itself. */
  alarms: list(severityCount),
});

export const eventInput = record('EventInput', {
  time: optional(time),
  severity,
  name: id,
  text: string,
  element: optional(id),
});

export const event = record('Event', {
  id: int,
  manager: id,
  time,
  severity,
  name: id,
  text: string,
  element: optional(id),
  source: optional(string),
  /**
   * Of the ownership under which that manager watches the element now, as `term.number.giver`; absent where it does not (any
   * more): the event is as true as ever, and whoever has the element now has others.
   */
  epoch: optional(id),
  /** Seconds since this was known to be right: 0 from the log of the manager itself. */
  age: optional(decimal),
});

export const metric = record('Metric', { name: id, instance: string, unit: string, time, value });

/**
 * Seconds that what was rolled up is apart, 300, 3600 or 86400, where the coarsest of it went into an answer; 0 where that
 * comes from samples as they were measured. Absent from managers of an older version.
 */
export const resolution = optional(decimal);

const figureFields = {
  metric: id,
  instance: string,
  unit: string,
  count: int,
  minimum: decimal,
  mean: decimal,
  maximum: decimal,
} as const;

export const figures = record('Figures', {
  ...figureFields,
  /** 95th percentile, nearest rank; of what is rolled up, of its means. */
  percentile95: decimal,
  resolution,
});

export const REPORT_FIGURES = ['minimum', 'mean', 'maximum', 'percentile95'] as const;
export const reportFigure = oneOf('ReportFigure', REPORT_FIGURES);

/** How busy the busiest of its kind was, in per cent: an interface in one direction, a processor. */
const utilisation = record('Utilisation', {
  of: oneOf('UtilisedPart', ['interface', 'cpu']),
  ...figureFields,
  percentile95: decimal,
  resolution,
});

const eventCount = record('EventCount', { severity, count: int });

export const reportEntry = record('ReportEntry', {
  element: id,
  label: optional(string),
  manager: id,
  from: time,
  to: time,
  status,
  /** Share of the time with a known status in which it was not down or unreachable; absent when never known. */
  availability: optional(decimal),
  /** Seconds spent in each status within [from, to). */
  states: list(record('StateTime', { status, seconds: decimal })),
  polls: int,
  pollsFailed: int,
  /** Milliseconds, over the successful polls. */
  response: optional(
    record('ResponseTime', { minimum: decimal, mean: decimal, maximum: decimal, percentile95: decimal }),
  ),
  metrics: list(figures),
  /** At most one of each kind: that with the highest 95th percentile. */
  utilisation: list(utilisation),
  /** Of the metric that the report is on, the series that is worst. */
  worst: optional(figures),
  events: list(eventCount),
  /** Raised within [from, to), by the worst that they have been. */
  alarms: list(severityCount),
});

/** What one manager has of an element in a time. */
export const past = record('Past', {
  element: id,
  /** Lines of its hand-over ledger. */
  takings: list(record('Taking', { time, from: optional(id), to: id, epoch: id })),
  states: list(record('StateSpan', { status, from: time, to: time })),
  polls: int,
  pollsFailed: int,
  events: list(eventCount),
  /** Raised within the time. */
  alarms: list(
    record('PastAlarm', {
      id,
      worst: severity,
      raisedAt: time,
      changedAt: time,
      acknowledgedAt: optional(time),
      clearedAt: optional(time),
    }),
  ),
  figures: list(
    record('PastFigures', {
      ...figureFields,
      resolution,
      /**
       * What a percentile is made of, ascending and apart by blanks: values, or of many the means of equal parts of them,
       * each `value` or `value*count`.
       */
      ranks: string,
    }),
  ),
});

export const REPORT_GROUPS = ['customer', 'site', 'manager', 'kind', 'type'] as const;
export const reportBy = oneOf('ReportBy', REPORT_GROUPS);

/** What belongs to one customer, site and so on, together; sums, so that those of several managers can be added. */
export const reportGroup = record('ReportGroup', {
  /** Empty for what belongs to none. */
  name: string,
  elements: int,
  /** `availableSeconds` of `knownSeconds`; absent when nothing is known. */
  availability: optional(decimal),
  /** Of all elements: with a known status, and neither down nor unreachable. */
  knownSeconds: decimal,
  availableSeconds: decimal,
  polls: int,
  pollsFailed: int,
  /** Raised within [from, to), by the worst that they have been. */
  alarms: list(severityCount),
  /** How many of these somebody has seen to, and after how many seconds altogether. */
  acknowledged: int,
  acknowledgedSeconds: decimal,
  /** How many of these are over, and how many seconds they stood altogether. */
  cleared: int,
  clearedSeconds: decimal,
});

export const configFault = record('ConfigFault', {
  line: optional(int),
  column: optional(int),
  path: optional(string),
  message: string,
});
