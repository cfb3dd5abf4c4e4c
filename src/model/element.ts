/** What is managed: devices, services and applications, and how each is reached. */
import type { PlannedMaintenance } from './maintenance.js';
import type { Severity } from './status.js';

export const ELEMENT_KINDS = ['device', 'service', 'application'] as const;
export type ElementKind = (typeof ELEMENT_KINDS)[number];

/** `device/ID`, `service/ID` or `application/ID`; unique in the pool. The ID may itself contain slashes. */
export type ElementName = `${ElementKind}/${string}`;

export const elementName = (kind: ElementKind, id: string): ElementName => `${kind}/${id}`;

/** Splits `device/core1`; undefined when it does not begin with a kind. */
export function parseElementName(name: string): { kind: ElementKind; id: string } | undefined {
  const kind = kindIn(name);
  return kind && { kind, id: name.slice(kind.length + 1) };
}

/** Whether it begins with a kind, and has an id behind it. */
export const isElementName = (name: string): name is ElementName => kindIn(name) !== undefined;

function kindIn(name: string): ElementKind | undefined {
  for (const kind of ELEMENT_KINDS)
    if (name.length > kind.length + 1 && name[kind.length] === '/' && name.startsWith(kind)) return kind;
  return undefined;
}

/** Whether `device/core1`, or the bare id `core1`, means this element. */
export const isMeantBy = (
  { kind, id }: { readonly kind: ElementKind; readonly id: string },
  reference: string,
): boolean => id === reference || elementName(kind, id) === reference;

/** A link to a neighbouring element. */
export interface Link {
  /** Id of the element at the other end, as configured, or as a neighbour that is no element calls itself. */
  readonly to: string;
  /** As configured, such as `10G`. */
  readonly capacity?: string;
  readonly cost?: number;
  readonly label?: string;
  /** How it was found out; undefined for one that somebody configured. */
  readonly discovered?: Discovery;
  /** False where `to` is only what the neighbour calls itself: no element of that manager is known by that name. */
  readonly managed?: boolean;
}

/** LLDP, CDP, or a bridge's table of addresses. */
export const DISCOVERIES = ['lldp', 'cdp', 'bridge'] as const;
export type Discovery = (typeof DISCOVERIES)[number];

export const ACCESS_METHODS = ['snmp', 'cli', 'ftp', 'http', 'xml', 'file', 'probe', 'api'] as const;
export type AccessMethodName = (typeof ACCESS_METHODS)[number];

/**
 * States of parts of a device, of whatever vendor: the value is the word's place in this list, so that `above="1"`
 * means trouble. A state that is none of these, as of a part that is not there, is no value.
 */
export const STATE_WORDS = ['off', 'normal', 'warning', 'critical'] as const;
export type StateWord = (typeof STATE_WORDS)[number];
/** Unit of such a value, and of one that is 1 for on and 0 for off; annotations as in UCUM. */
export const STATE_UNIT = '{state}';
export const SWITCH_UNIT = '{on}';

/** One value to read. Where it is found depends on the method: exactly one of the places is set. */
export interface MetricSpec {
  readonly name: string;
  readonly unit?: string;
  /** Only ever rises, until it wraps or the device restarts: `NAME.rate` per second is derived from it. */
  readonly counter?: boolean;
  readonly oid?: string;
  /** How a table's rows are named: by the row's own index, or by the value of `indexOid` in that row. */
  readonly index?: 'index' | 'name';
  readonly indexOid?: string;
  /** Of a table: only rows whose value here is neither 0 nor empty. */
  readonly whereOid?: string;
  /** What a number is multiplied by, such as 0.1. */
  readonly scale?: number;
  /** What devices say where there is no value, such as `2147483647`. */
  readonly absent?: readonly string[];
  /** Numbers that stand for a state; others bring no value. See {@link STATE_WORDS}. */
  readonly states?: Readonly<Record<string, StateWord>>;
  readonly regex?: string;
  readonly jsonpath?: string;
  readonly xpath?: string;
}

/** A text that is an event: in a log, in the output of commands, in an answer, or as the value of a metric. */
export interface EventPattern {
  readonly regex: string;
  /** Looks at the values of this metric instead of the text that is read. */
  readonly metric?: string;
  readonly severity: Severity;
  /** `$1` and so on stand for the groups of the expression; default `$0`, the whole match, of a metric what it is now. */
  readonly text?: string;
  readonly name?: string;
}

/** Exactly one of `above`, `below` and `noDataMs` is set. */
export interface ThresholdSpec {
  readonly metric: string;
  /** A number, or a share such as `80%`; values beyond it raise. */
  readonly above?: string;
  readonly below?: string;
  /** Where a value is good again, on the good side of the limit, in its unit. Default: the limit. */
  readonly clear?: string;
  /** How long it has to hold. */
  readonly forMs: number;
  /** Raises when no value has come for so long. */
  readonly noDataMs?: number;
  readonly severity: Severity;
}

/** Prefix of the names of `OPTION`s, which are for a module of `method="api"`, among the options of an access. */
export const MODULE_OPTION = 'option.';

/** One way to get data from an element; an element may have several. */
export interface AccessSpec {
  readonly method: AccessMethodName;
  readonly intervalMs: number;
  /** For one try. Never exceeds the interval. */
  readonly timeoutMs: number;
  /** Further tries after the first within one poll. */
  readonly retries: number;
  /** Id of a credential of the configuration. */
  readonly credential?: string;
  /** The manager through which the element is reached, instead of directly. */
  readonly via?: string;
  /** The method's own attributes as written (port, version, url, path, expect, tls, ...), references resolved. */
  readonly options: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
  readonly metrics: readonly MetricSpec[];
  readonly events: readonly EventPattern[];
  readonly thresholds: readonly ThresholdSpec[];
}

/** An element as somebody defined it; all that a manager must know to poll it. */
export interface ManagedElement {
  readonly kind: ElementKind;
  readonly id: string;
  readonly name: ElementName;
  readonly ip?: string;
  readonly dnsname?: string;
  readonly label?: string;
  readonly type?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly location?: string;
  /** A pool element has no home; the pool gives it to a manager. */
  readonly pool: boolean;
  readonly description?: string;
  /** Address of the element's own web page. */
  readonly portal?: string;
  readonly customers: readonly string[];
  readonly links: readonly Link[];
  /** Ids of elements without which this one cannot be reached. */
  readonly parents: readonly string[];
  /** Of a service or application: id of the device that it runs on. */
  readonly device?: string;
  /** Of a service: name of the view of the network that it is shown in. */
  readonly nwview?: string;
  /** Windows of the configuration that lists it. */
  readonly maintenance?: readonly PlannedMaintenance[];
  readonly access: readonly AccessSpec[];
}

/** Identifies one access of an element among all polls of a manager: `device/core1#0`. */
export type AccessKey = `${ElementName}#${number}`;
export const accessKey = (element: ElementName, index: number): AccessKey => `${element}#${index}`;
