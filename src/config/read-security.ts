/** Who may do what, and with which secrets; where data are kept and how often they are fetched. */
import { resolve } from 'node:path';
import { USER_ROLES } from '../model/manager.js';
import type { PositionedElement } from '../xml/positions.js';
import { type FaultPlace, placeOf } from './fault-list.js';
import { type PostgresAddress, parsePostgresUrl } from './postgres-url.js';
import type { ConfigReader } from './reader.js';
import { hasReference } from './references.js';
import type { Credential, Settings, UserSettings } from './settings.js';

/** A file that the manager will open: its path is checked against the disk after reading. */
export interface NamedFile {
  readonly place: FaultPlace;
  readonly attribute: string;
  readonly path: string;
  /** Whether the path may be shown: not when it came by a reference, which may have been meant for something secret. */
  readonly mayShow: boolean;
}

/** Reads, and notes which files the configuration names by path. */
export class SecurityReader {
  readonly files: NamedFile[] = [];

  constructor(
    private readonly reader: ConfigReader,
    private readonly baseDir: string,
  ) {}

  security(manager: PositionedElement): Settings['security'] {
    const { reader } = this;
    const at = reader.child(manager, 'SECURITY');
    if (!at) return { anonymous: 'none', plainHttpAccepted: false, users: [] };
    const tlsAt = reader.child(at, 'TLS');
    const tls = tlsAt && this.tls(tlsAt);
    const plainHttpAccepted = reader.text(at, 'tls') === 'none';
    if (tlsAt && plainHttpAccepted)
      reader.fault(at, 'tls', 'SECURITY has tls="none" and a TLS as well; keep one of them');
    const users = reader.children(at, 'USER').flatMap((user) => this.user(user) ?? []);
    const anonymous = reader.oneOf(at, 'anonymous', ['none', 'viewer']) ?? 'none';
    return { anonymous, ...(tls && { tls }), plainHttpAccepted, users };
  }

  private tls(at: PositionedElement): Settings['security']['tls'] {
    const { reader } = this;
    const [cert, key, ca] = [this.file(at, 'cert'), this.file(at, 'key'), this.file(at, 'ca')];
    const clients = reader.oneOf(at, 'clients', ['none', 'optional', 'required']) ?? 'none';
    if (clients !== 'none' && !reader.has(at, 'ca'))
      reader.fault(
        at,
        'clients',
        `${reader.shown(at, 'clients')} needs the authority that signs the clients' certificates; add ca="FILE"`,
      );
    return cert && key ? { cert, key, ...(ca && { ca }), clients } : undefined;
  }

  private user(at: PositionedElement): UserSettings | undefined {
    const { reader } = this;
    const name = reader.text(at, 'name');
    const role = reader.oneOf(at, 'role', USER_ROLES);
    const password = reader.parsed(at, 'password', (text) => (/^scrypt:./.test(text) ? text : undefined));
    if (name?.includes(':'))
      reader.fault(at, 'name', 'name contains a colon, which HTTP Basic cannot carry; it should be without');
    return name && role && password ? { name, role, password } : undefined;
  }

  credentials(manager: PositionedElement): Map<string, Credential> {
    const { reader } = this;
    const list = reader.child(manager, 'CREDENTIALS');
    const read = reader.children(list, 'CREDENTIAL').flatMap((at) => this.credential(at) ?? []);
    return new Map(read.map((one) => [one.id, one]));
  }

  private credential(at: PositionedElement): Credential | undefined {
    const { reader } = this;
    const id = reader.text(at, 'id');
    const [community, password, authPassword, privPassword, passphrase, enablePassword] = [
      'community',
      'password',
      'authPassword',
      'privPassword',
      'passphrase',
      'enablePassword',
    ].map((name) => reader.exact(at, name));
    const [user, authProtocol, privProtocol, hostKey] = ['user', 'authProtocol', 'privProtocol', 'hostKey'].map(
      (name) => reader.text(at, name),
    );
    const context = reader.exact(at, 'context');
    const privateKey = this.file(at, 'privateKey');
    this.checkVersion3(at, { authPassword, privPassword });
    if (id === undefined) return undefined;
    return {
      id,
      ...(community !== undefined && { community }),
      ...(user && { user }),
      ...(password !== undefined && { password }),
      ...(authProtocol && { authProtocol }),
      ...(authPassword !== undefined && { authPassword }),
      ...(privProtocol && { privProtocol }),
      ...(privPassword !== undefined && { privPassword }),
      ...(context !== undefined && { context }),
      ...(privateKey && { privateKey }),
      ...(passphrase !== undefined && { passphrase }),
      ...(hostKey && { hostKey }),
      ...(enablePassword !== undefined && { enablePassword }),
    };
  }

  /** Protocols and passwords come in pairs, no privacy without authentication, 8 characters at least (RFC 3414 11.2). */
  private checkVersion3(
    at: PositionedElement,
    known: { authPassword: string | undefined; privPassword: string | undefined },
  ): void {
    const { reader } = this;
    for (const kind of ['auth', 'priv'] as const) {
      const [protocol, password] = [`${kind}Protocol`, `${kind}Password`];
      if (reader.has(at, protocol) && !reader.has(at, password))
        reader.fault(at, protocol, `${protocol} stands without ${password}; add it`);
      if (reader.has(at, password) && !reader.has(at, protocol))
        reader.fault(at, password, `${password} stands without ${protocol}; add it`);
      const value = known[`${kind}Password`];
      if (value !== undefined && value.length < 8)
        reader.fault(at, password, `${password} is shorter than 8 characters; SNMPv3 wants at least 8 (RFC 3414)`);
    }
    if (reader.has(at, 'privProtocol') && !reader.has(at, 'authProtocol'))
      reader.fault(
        at,
        'privProtocol',
        'privProtocol stands without authProtocol; SNMPv3 has no privacy without authentication, add authProtocol and authPassword',
      );
    if (reader.has(at, 'authProtocol') && !reader.has(at, 'user'))
      reader.fault(at, 'authProtocol', 'authProtocol stands without user; add the SNMPv3 user');
  }

  store(manager: PositionedElement): Settings['store'] {
    const { reader } = this;
    const at = reader.child(manager, 'STORE');
    if (!at)
      return {
        type: 'sqlite',
        retentionMs: DEFAULT_RETENTION_MS,
        rollupsMs: { 1: FIVE_MINUTES_KEPT_MS, 2: HOURS_KEPT_MS, 3: DAYS_KEPT_MS },
      };
    const type = reader.oneOf(at, 'type', ['sqlite', 'postgres']) ?? 'sqlite';
    const url = reader.text(at, 'url');
    const retentionMs = reader.duration(at, 'retention', 60_000) ?? DEFAULT_RETENTION_MS;
    let shorter = { name: 'retention', ms: retentionMs };
    const kept = (name: string, usualMs: number): number => {
      const ms = reader.duration(at, name, 60_000);
      if (ms === undefined) return Math.max(usualMs, shorter.ms);
      if (ms < shorter.ms)
        reader.fault(
          at,
          name,
          `${reader.shown(at, name)} is shorter than ${shorter.name}; what is rolled up should be kept at least as long`,
        );
      shorter = { name, ms };
      return ms;
    };
    const fiveMinutesMs = kept('retention5m', FIVE_MINUTES_KEPT_MS);
    const hoursMs = kept('retention1h', HOURS_KEPT_MS);
    const daysMs = kept('retention1d', DAYS_KEPT_MS);
    // Nothing is kept longer than what is coarser.
    const rollupsMs = { 1: Math.min(fiveMinutesMs, hoursMs, daysMs), 2: Math.min(hoursMs, daysMs), 3: daysMs };
    const budgetBytes = reader.size(at, 'budget', 1_000_000);
    const postgres = type === 'postgres' ? this.postgres(at, url) : undefined;
    if (type === 'sqlite' && url?.includes('://'))
      reader.fault(
        at,
        'url',
        'url is an address, but type is sqlite; it should be the path of a file, or type="postgres"',
      );
    return {
      type,
      ...(url && { url }),
      ...(postgres && { postgres }),
      retentionMs,
      rollupsMs,
      ...(budgetBytes !== undefined && { budgetBytes }),
    };
  }

  private postgres(at: PositionedElement, url = ''): PostgresAddress | undefined {
    const { reader } = this;
    const attribute = reader.has(at, 'url') ? 'url' : 'type';
    if (reader.isUnresolved(at, 'url')) return undefined;
    if (!/^postgres(ql)?:\/\//.test(url)) {
      reader.fault(at, attribute, 'type="postgres" needs a url; it should be like postgres://user@host/database');
      return undefined;
    }
    const address = parsePostgresUrl(url);
    if ('fault' in address) {
      reader.fault(at, attribute, `url ${address.fault}`);
      return undefined;
    }
    const password = reader.exact(at, 'password');
    if (password !== undefined && address.password !== undefined)
      reader.fault(at, 'password', 'password stands in the url, too; keep one of them');
    const written = at.attributes.get('url');
    const path = (name: string | undefined) => {
      if (name === undefined) return undefined;
      const file = resolve(this.baseDir, name);
      const mayShow = !hasReference(written?.value ?? '');
      this.files.push({ place: placeOf(at, written), attribute: 'url', path: file, mayShow });
      return file;
    };
    const [rootCert, cert, key] = [path(address.rootCert), path(address.cert), path(address.key)];
    return {
      ...address,
      ...(password !== undefined && { password }),
      ...(rootCert && { rootCert }),
      ...(cert && key && { cert, key }),
    };
  }

  schedule(manager: PositionedElement): Settings['schedule'] {
    const at = this.reader.child(manager, 'SCHEDULE');
    return {
      pullMs: (at && this.reader.interval(at, 'pull')) ?? DEFAULT_PULL_MS,
      pushMs: (at && this.reader.interval(at, 'push')) ?? DEFAULT_PUSH_MS,
    };
  }

  stylesheets(manager: PositionedElement): Settings['stylesheets'] {
    const at = this.reader.child(manager, 'STYLESHEETS');
    const engine = at && this.reader.oneOf(at, 'engine', ['libxslt', 'xslt-processor']);
    const folder = at && this.reader.text(at, 'folder');
    return { engine: engine ?? 'libxslt', ...(folder && { folder: resolve(this.baseDir, folder) }) };
  }

  /** The absolute path that an attribute names. */
  private file(at: PositionedElement, name: string): string | undefined {
    const written = this.reader.text(at, name);
    if (written === undefined) return undefined;
    if (written.includes('-----BEGIN')) {
      this.reader.fault(
        at,
        name,
        `${name} holds a key or certificate itself; it should be the path of a file that holds it`,
      );
      return undefined;
    }
    const path = resolve(this.baseDir, written);
    const mayShow = !hasReference(at.attributes.get(name)?.value ?? '');
    this.files.push({ place: placeOf(at, at.attributes.get(name)), attribute: name, path, mayShow });
    return path;
  }
}

const DEFAULT_PULL_MS = 60_000;
const DEFAULT_PUSH_MS = 60_000;
const DAY_MS = 86_400_000;
const DEFAULT_RETENTION_MS = 7 * DAY_MS;
const FIVE_MINUTES_KEPT_MS = 60 * DAY_MS;
const HOURS_KEPT_MS = 2 * 365 * DAY_MS;
const DAYS_KEPT_MS = 10 * 365 * DAY_MS;
