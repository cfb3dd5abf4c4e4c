/**
 * All that a manager has to do with traps: the port that `TRAPS` names, and how the destinations of `NOTIFY` are told that
 * are told by a trap, both as the configuration says now.
 */
import type { Credential } from '../../access/access.js';
import type { Outgoing } from '../../access/notices/sender.js';
import { trapCredentials } from '../../access/snmp/traps/credentials.js';
import { type TrapSecurity, trapMessage, trapSecurity } from '../../access/snmp/traps/outgoing.js';
import { OwnEngine } from '../../access/snmp/traps/own-engine.js';
import { messageBindings } from '../../access/snmp/traps/ptpmgr-mib.js';
import { SendingEngines } from '../../access/snmp/traps/senders.js';
import { type OpenTrapPort, openTrapPort, type TrapPort } from '../../access/snmp/traps/trap-port.js';
import { TrapReader } from '../../access/snmp/traps/trap-reader.js';
import { openTrapSocket, type TrapSocket } from '../../access/snmp/traps/trap-socket.js';
import { KeyCache } from '../../access/snmp/usm/keys.js';
import { Salts } from '../../access/snmp/usm/privacy.js';
import type { Env, Timer } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { Destination, Settings } from '../../config/settings.js';
import type { NewEvent } from '../../model/event.js';
import type { Store } from '../../store/store.js';
import { AddressBook, type Addressed, namesToResolve } from './address-book.js';
import { noteSenders, recallSenders } from './engine-notes.js';
import { ResolvedNames } from './names.js';
import { TrapIntake } from './trap-intake.js';

type TrapPartOfSettings = Pick<Settings, 'traps' | 'credentials' | 'destinations' | 'eventRules'>;

export interface TrapServiceParts {
  readonly env: Env;
  readonly store: Pick<Store, 'recordEvents' | 'getNote' | 'putNote'>;
  /** Of the data directory. */
  readonly identity: string;
  /** How often the manager's engine has started: `countEngineStart`. */
  readonly boots: number;
  readonly settings: () => TrapPartOfSettings;
  /** All that the manager knows of. */
  readonly elements: () => Iterable<Addressed>;
  /** See `TrapIntake`. */
  readonly onSummed?: (event: NewEvent) => void;
  /** Default: a real one. */
  readonly openPort?: OpenTrapPort;
}

const DEFAULT_PORT = 162;
/** Elements come and go with their owners; which of them has an address is looked up anew so often. */
const ADDRESSES_MS = 10_000;
const DROPS_MS = 10_000;
/** Clocks of senders are written down so often, while there are any new. */
const NOTED_MS = 300_000;
/** A port that could not be had is tried again. */
const AGAIN_MS = 30_000;

export class TrapService {
  readonly #parts: TrapServiceParts;
  readonly #engine: OwnEngine;
  readonly #keys: KeyCache;
  readonly #salts: Salts;
  readonly #senders = new SendingEngines();
  readonly #reader: TrapReader;
  readonly #intake: TrapIntake;
  readonly #names: ResolvedNames;
  readonly #securities = new Map<string, TrapSecurity>();
  #socket: TrapSocket | undefined;
  #port: TrapPort | undefined;
  #bind: string | undefined;
  #addresses: { readonly book: AddressBook; readonly madeMs: number } | undefined;
  #timers: Timer[] = [];
  /** The port could not be had, and that has been told. */
  #isShutOut = false;
  #isOver = false;

  constructor(parts: TrapServiceParts) {
    const { env, store, identity, boots } = parts;
    this.#parts = parts;
    this.#engine = new OwnEngine(identity, boots, env.clock.monotonic());
    this.#keys = new KeyCache(env.random.bytes(32));
    this.#salts = new Salts(env.random.bytes(8));
    this.#reader = new TrapReader(this.#engine, this.#salts, this.#senders);
    this.#names = new ResolvedNames(
      env,
      () => namesToResolve(parts.elements()),
      () => {
        this.#addresses = undefined;
      },
    );
    const rules = () => parts.settings().eventRules;
    this.#intake = new TrapIntake({
      env,
      store,
      reader: this.#reader,
      addresses: () => this.#book(),
      rules,
      ...(parts.onSummed && { onSummed: parts.onSummed }),
    });
  }

  /** UDP port at which it receives; undefined when it does not. */
  get port(): number | undefined {
    return this.#port?.port;
  }

  /** Since the start, by name; see `docs/configuration.md`. */
  get counts(): Readonly<Record<string, number>> {
    return this.#intake.counts;
  }

  /** Opens the port, if there is to be one. @throws PtpError `Start.PortTaken` */
  async start(): Promise<void> {
    await recallSenders(this.#parts.store, this.#senders, this.#parts.env.clock);
    this.#takeCredentials();
    await this.#open();
  }

  /** Takes a changed configuration; never rejects. */
  async take(): Promise<void> {
    this.#securities.clear();
    this.#addresses = undefined;
    this.#takeCredentials();
    if (bindOf(this.#parts.settings()) === this.#bind) return;
    await this.#shut();
    await this.#openOrTell();
  }

  /** All that came is stored when it resolves. To be called before the store is closed. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#shut();
    await this.#intake.close();
    await this.#noteSenders();
  }

  /** After the last trap has been sent. */
  closeSender(): void {
    this.#socket?.close();
  }

  #takeCredentials(): void {
    const { traps, credentials } = this.#parts.settings();
    if (!traps) return;
    const named = traps.credentials.flatMap((id): readonly Credential[] => {
      const credential = credentials.get(id);
      return credential ? [credential] : [];
    });
    const taken = trapCredentials(named, this.#keys);
    this.#reader.take(taken);
    for (const fault of taken.faults) this.#tellUnreceived(fault);
  }

  #tellUnreceived(reason: string): void {
    this.#intake.tell(unreceived(reason));
  }

  async #open(): Promise<void> {
    const { traps } = this.#parts.settings();
    if (!traps || this.#isOver) return;
    this.#bind = bindOf(this.#parts.settings());
    const open = this.#parts.openPort ?? openTrapPort;
    const bind = this.#bind;
    const port = await open(traps.bind, (datagram, sender) => this.#intake.take(datagram, sender));
    if (this.#isOver || this.#bind !== bind) {
      // Another one has been wanted meanwhile, or none.
      await port.close();
      return;
    }
    this.#port = port;
    this.#names.begin();
    this.#lookAtDrops(this.#port);
    this.#noteRegularly();
  }

  async #openOrTell(): Promise<void> {
    try {
      await this.#open();
      if (this.#isShutOut) this.#intake.tell({ ...RECEIVED, text: 'notifications are received again' });
      this.#isShutOut = false;
    } catch (thrown) {
      this.#isShutOut = true;
      this.#intake.tell({ ...unreceived(asPtpError(thrown).message), alarm: RECEIVED.alarm });
      this.#after(AGAIN_MS, () => void this.#openOrTell());
    }
  }

  async #shut(): Promise<void> {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    this.#names.end();
    this.#bind = undefined;
    const port = this.#port;
    this.#port = undefined;
    await port?.close();
  }

  #lookAtDrops(port: TrapPort): void {
    this.#after(DROPS_MS, async () => {
      const total = await port.drops();
      if (this.#port !== port) return;
      if (total !== undefined) this.#intake.dropped(total);
      this.#lookAtDrops(port);
    });
  }

  #noteRegularly(): void {
    this.#after(NOTED_MS, async () => {
      await this.#noteSenders();
      if (this.#port) this.#noteRegularly();
    });
  }

  async #noteSenders(): Promise<void> {
    const { env, store } = this.#parts;
    try {
      await noteSenders(store, this.#senders, env.clock);
    } catch (thrown) {
      env.log.warn('clocks of senders of traps could not be stored', { reason: asPtpError(thrown).message });
    }
  }

  #after(delayMs: number, run: () => void): void {
    const timer = this.#parts.env.clock.after(delayMs, () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
      run();
    });
    this.#timers.push(timer);
  }

  #book(): AddressBook {
    const nowMs = this.#parts.env.clock.monotonic();
    if (!this.#addresses || nowMs - this.#addresses.madeMs > ADDRESSES_MS) {
      const book = new AddressBook(this.#parts.elements(), (name) => this.#names.addressesOf(name));
      this.#addresses = { book, madeMs: nowMs };
    }
    return this.#addresses.book;
  }

  /** Sends a trap. @throws PtpError `Access.*` when it could not be sent; whether it arrives nobody says. */
  async send({ message: told, telling }: Outgoing, destination: Destination): Promise<void> {
    const { clock, random } = this.#parts.env;
    const nowMs = clock.monotonic();
    const id = random.bytes(4).readUInt32BE() & 0x7fff_ffff || 1;
    const bindings = messageBindings(told, telling.manager, this.#engine.upTimeAt(nowMs));
    const message = trapMessage(bindings, this.#securityOf(destination), this.#engine, this.#salts, id, nowMs);
    this.#socket ??= openTrapSocket();
    await this.#socket.send(message, destination.host ?? '', destination.port ?? DEFAULT_PORT);
  }

  #securityOf({ id, credential }: Destination): TrapSecurity {
    const known = this.#securities.get(id);
    if (known) return known;
    const named = credential === undefined ? undefined : this.#parts.settings().credentials.get(credential);
    const made = trapSecurity(named, this.#engine, this.#keys);
    this.#securities.set(id, made);
    return made;
  }
}

const bindOf = ({ traps }: TrapPartOfSettings): string | undefined => traps && `${traps.bind.host} ${traps.bind.port}`;

const RECEIVED = { name: 'trapsReceived', severity: 'cleared', alarm: 'traps' } as const;

const unreceived = (reason: string): Pick<NewEvent, 'name' | 'severity' | 'text'> => ({
  name: 'trapsNotReceived',
  severity: 'major',
  text: reason,
});
