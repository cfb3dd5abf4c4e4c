/**
 * A configuration as the rest of the program sees it: checked, defaults filled in, references resolved.
 *
 * Words are those of `schemas/ptp-config.xsd`; durations are milliseconds, sizes bytes.
 */
import type { ElementName, ManagedElement, MetricSpec } from '../model/element.js';
import type { ManagerAddress, ManagerRole, UserRole } from '../model/manager.js';
import type { Severity } from '../model/status.js';
import type { PostgresAddress } from './postgres-url.js';

export interface Credential {
  readonly id: string;
  readonly community?: string;
  readonly user?: string;
  readonly password?: string;
  readonly authProtocol?: string;
  readonly authPassword?: string;
  readonly privProtocol?: string;
  readonly privPassword?: string;
  readonly context?: string;
  /** Absolute path of the key's file. */
  readonly privateKey?: string;
  /** Of the private key. */
  readonly passphrase?: string;
  /** Fingerprints that the host may show, blanks between them. */
  readonly hostKey?: string;
  /** For a command that asks for a password before it gives more rights. */
  readonly enablePassword?: string;
}

export interface DeviceType {
  readonly id: string;
  /** A dotted OID; a trailing `.*` matches everything below it. */
  readonly snmpoid: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly type?: string;
  readonly metrics: readonly MetricSpec[];
}

export interface Filter {
  /** Regular expression over the whole name; every metric when absent. */
  readonly metric?: string;
  /** Regular expression over the whole `kind/id`; every element when absent. */
  readonly element?: string;
  readonly action: 'ignore' | 'keep' | 'rename' | 'scale';
  /** New name of `rename`; `$1` and so on stand for groups of `metric`. */
  readonly to?: string;
  /** Of `scale`; default 1. */
  readonly factor?: number;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface EventRule {
  /** Regular expression over the whole name. */
  readonly name?: string;
  readonly severity?: Severity;
  readonly actions: readonly ('store' | 'alarm' | 'trap' | 'webhook' | 'syslog' | 'smtp' | 'ignore')[];
  /** Ids of destinations; absent: all of the types that the actions name. */
  readonly to?: readonly string[];
}

/** Whom `NOTIFY` names. */
export interface Destination {
  readonly id: string;
  readonly type: 'trap' | 'webhook' | 'syslog' | 'store' | 'smtp';
  readonly host?: string;
  readonly port?: number;
  /** Id of a credential. */
  readonly credential?: string;
  /** Without user and password; of a webhook it may be a secret all the same. */
  readonly url?: string;
  /** Of mail. */
  readonly from?: string;
  readonly to?: readonly string[];
  /** Absolute path of the authorities to believe; absent: the system's. */
  readonly ca?: string;
}

/** Where notifications of SNMP come in, and whose. */
export interface TrapSettings {
  /** UDP. */
  readonly bind: HostPort;
  /** Ids of credentials with a community or a user of SNMPv3. */
  readonly credentials: readonly string[];
}

export interface MaintenanceWindow {
  readonly element?: string;
  /** Milliseconds since 1970, like `to`. */
  readonly from: number;
  readonly to: number;
  readonly text?: string;
}

/** A manager as an EIM's list has it. */
export interface ConfiguredManager extends ManagerAddress {
  readonly site?: { readonly id: string; readonly label?: string };
  /** Ids of its failover managers. */
  readonly failover?: readonly string[];
}

/** Where further elements are read from. */
export interface SourceSettings {
  /** What people call it: its type and place, without a password. Unique among the sources. */
  readonly name: string;
  readonly type: 'file' | 'csv' | 'http' | 'postgres';
  /** Of `file` and `csv`: absolute. */
  readonly path?: string;
  /** Of `http` and `postgres`: user and password included. */
  readonly url?: string;
  /** Of `postgres`. */
  readonly query?: string;
  /** A file without it is read when it is saved only. */
  readonly intervalMs?: number;
}

/** How an address is tried: `port` is the protocol's own where it is left out. */
export interface SearchWay {
  readonly by: 'snmp' | 'icmp' | 'tcp';
  readonly port?: number;
}

/** A network that is searched for devices. */
export interface DiscoverySettings {
  /** As written, such as `192.0.2.0/24`. */
  readonly network: string;
  /** Ids, tried in this order. */
  readonly credentials: readonly string[];
  /** Between the beginnings of two searches. Default a day. */
  readonly intervalMs: number;
  /** Whether a person has to agree first. Default true. */
  readonly approve: boolean;
  /** Addresses and networks that are left alone. */
  readonly exclude: readonly string[];
  readonly ways: readonly SearchWay[];
  /** Addresses in a second, 1 to 1,000. Default 10. */
  readonly rate: number;
}

/** Where an element comes from that does not stand in the configuration. */
export interface ElementOrigin {
  /** Name of the source, or who approved what was found where. */
  readonly source: string;
  /** Of the source, where it has lines. */
  readonly line?: number;
}

export interface UserSettings {
  readonly name: string;
  readonly role: UserRole;
  /** `scrypt:...` as made by `ptpmgr passwd`. */
  readonly password: string;
}

/** How the manager belongs to a pool (SPEC 6). */
export interface PoolSettings {
  readonly name?: string;
  /** Shared by all managers of the pool; a secret. */
  readonly key?: string;
  /** What others may sign with besides, while one key is exchanged for another; a secret. */
  readonly acceptKey?: string;
  /** Multicast or broadcast address for announcements. Without it they go over the peer interface only. */
  readonly group?: HostPort;
  /** The higher is the rather master, 0 to 1,000,000. Default 0. */
  readonly priority: number;
  /** Poll cost per second that the manager can carry; 0: it takes nothing over. Absent: it is measured. */
  readonly capacity?: number;
  /** `none` is for two managers without a witness. Default `majority`. */
  readonly quorum: 'majority' | 'none';
  /** 100 ms to 60 s, default 500 ms. What the roster says goes before. */
  readonly heartbeatMs: number;
  /** A dead member is dropped after this long: at least ten heartbeats, default 60 s. */
  readonly forgetMs: number;
  /** May found a pool although it names nobody. Default false. */
  readonly found: boolean;
}

export interface Settings {
  /** The version attribute, as written. */
  readonly version: string;
  /** Hash of the file's bytes; changes when and only when the file does. */
  readonly fingerprint: string;
  /** What was read, secrets that stand in it included. */
  readonly text: string;
  readonly file: string;

  readonly id: string;
  readonly name?: string;
  readonly role: ManagerRole;
  readonly site?: { readonly id: string; readonly label?: string };
  /** As others are told. */
  readonly address: ManagerAddress;
  /** Where the HTTP server listens; the host may be a name to resolve. */
  readonly bind: HostPort;
  readonly socketBind?: HostPort;

  readonly integrationManagers: readonly ManagerAddress[];
  readonly neighbors: readonly ManagerAddress[];
  /** An EIM's configured list (`EMANAGERS`). */
  readonly managers: readonly ConfiguredManager[];
  readonly failover: readonly {
    readonly id: string;
    readonly name?: string;
    /** Types of elements that it takes over; none named means all. */
    readonly types: readonly string[];
    /** Where it is written; otherwise it is one of the neighbours. */
    readonly address?: ManagerAddress;
  }[];

  readonly pool?: PoolSettings;
  readonly store: {
    readonly type: 'sqlite' | 'postgres';
    readonly url?: string;
    /** Of type `postgres`: what its `url` says, paths absolute, with the password. */
    readonly postgres?: PostgresAddress;
    readonly retentionMs: number;
    /** How long what is rolled up is kept: to five minutes (1), hours (2), days (3). */
    readonly rollupsMs: Readonly<Record<1 | 2 | 3, number>>;
    /** Of the database; see `Retention` of the store. */
    readonly budgetBytes?: number;
  };
  /** Default poll interval, at an EIM also how often it pulls every EM's part; and how often an EM registers anew. */
  readonly schedule: { readonly pullMs: number; readonly pushMs: number };
  readonly security: {
    readonly anonymous: 'none' | 'viewer';
    /** `cert`, `key` and `ca` are absolute paths of PEM files. */
    readonly tls?: {
      readonly cert: string;
      readonly key: string;
      readonly ca?: string;
      readonly clients: 'none' | 'optional' | 'required';
    };
    /** `tls="none"` written out: plain HTTP off loopback is wanted. */
    readonly plainHttpAccepted: boolean;
    readonly users: readonly UserSettings[];
  };
  readonly credentials: ReadonlyMap<string, Credential>;
  /** Those of the file, then those that come from elsewhere. */
  readonly elements: readonly ManagedElement[];
  /** Of those that come from elsewhere. */
  readonly origins: ReadonlyMap<ElementName, ElementOrigin>;
  /** Elements of sources for which there was no room. */
  readonly leftOut?: number;
  readonly sources: readonly SourceSettings[];
  readonly discovery: readonly DiscoverySettings[];
  readonly supports: readonly {
    readonly snmpoid: string;
    readonly vendor?: string;
    readonly model?: string;
    readonly type?: string;
  }[];
  /** Of the file itself; the shipped ones come after them. */
  readonly deviceTypes: readonly DeviceType[];
  readonly filters: readonly Filter[];
  readonly eventRules: readonly EventRule[];
  readonly destinations: readonly Destination[];
  /** Absent: no traps are received. */
  readonly traps?: TrapSettings;
  readonly maintenance: readonly MaintenanceWindow[];
  readonly applicationServers: readonly { readonly uri: string; readonly user?: string }[];
  /** `manages` and `portal` of an EIM; an EM always has both. */
  readonly manages: boolean;
  readonly portal: boolean;
  /** Names of the XSLT engine and of the folder whose sheets stand in for the shipped ones. */
  readonly stylesheets: { readonly engine: 'libxslt' | 'xslt-processor'; readonly folder?: string };
  readonly comments?: string;
  /** What stands in the file, is valid, and has no effect yet; `run` says so in one line. */
  readonly withoutEffect: readonly string[];
}

/** A fault of a configuration file. */
export interface ConfigFault {
  /** From 1; left out for a fault of the file as a whole. */
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
  /** What is wrong, and what would be right. */
  readonly message: string;
}
