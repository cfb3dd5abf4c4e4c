/**
 * The networks that a manager searches, and what was found there: searched when their time has come or somebody asks,
 * decided on by people (or by the configuration), remembered over restarts. Approved devices are elements.
 */
import { rename } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { AccessMethod } from '../../access/access.js';
import type { Env, Timer } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import type { FoundElement } from '../../config/further/element-text.js';
import type { DiscoverySettings, Settings } from '../../config/settings.js';
import type { AccessMethodName, ManagedElement } from '../../model/element.js';
import type { Configuration } from '../configuration.js';
import { approvedElement } from './approved-element.js';
import { type Decision, elementOf, type Found, FoundTable, MOST_FOUND, type Recognition } from './found.js';
import { type PastSearch, readFound, writeFound } from './found-file.js';
import { countOf, NetworkSearch, type SearchResult } from './network-search.js';
import { recognise } from './recognise.js';

export interface DiscoveryParts {
  readonly env: Env;
  readonly configuration: Pick<Configuration, 'settings' | 'loadOptions' | 'renew' | 'tell'>;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  /** All elements that are known here, whoever polls them. */
  readonly elements: () => Iterable<Pick<ManagedElement, 'name' | 'ip'>>;
  /** Where it is remembered. */
  readonly file: string;
}

/** What people are shown of a network. */
export interface NetworkState {
  readonly network: string;
  readonly isSearching: boolean;
  readonly tried: number;
  readonly addresses: number;
  readonly found: number;
  readonly fresh: number;
  readonly startedMs: number | undefined;
  readonly endedMs: number | undefined;
  readonly nextMs: number | undefined;
  readonly approve: boolean;
  readonly fault: string | undefined;
}

interface Network {
  discovery: DiscoverySettings;
  /** Addresses that are to be tried. */
  addresses: number;
  timer?: Timer;
  nextMs?: number;
  search?: NetworkSearch;
  /** Found by the search under way and not known before. */
  fresh: string[];
  past?: PastSearch;
  fault?: string | undefined;
  /** What was asked of it, and how, is another by now: it is searched anew. */
  isOutdated?: boolean;
}

/** A manager that starts has more urgent things to do. */
const FIRST_MS = 10_000;
const MOST_NAMED = 5;
/** Who decides where `approve="false"`. */
const BY_CONFIGURATION = 'the configuration';

export class Discovery {
  readonly #parts: DiscoveryParts;
  readonly #networks = new Map<string, Network>();
  #table = new FoundTable();
  #past: readonly PastSearch[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isRunning = false;
  /** Why what was found is not known any more, until somebody listens. */
  #lost: string | undefined;

  constructor(parts: DiscoveryParts) {
    this.#parts = parts;
  }

  /** Takes up what was found and decided in an earlier life. Never rejects. */
  async recall(): Promise<void> {
    try {
      const { searches, found } = await readFound(this.#parts.file);
      this.#table = new FoundTable(found);
      this.#past = searches;
    } catch (thrown) {
      const { file, env } = this.#parts;
      // What comes next is written to its place: the decisions of people must not be lost with it.
      await rename(file, `${file}.unread`).catch(() => {});
      this.#lost = `what was found in networks is not known any more: ${asPtpError(thrown).message}; it was set aside as ${file}.unread`;
      env.log.error(this.#lost);
    }
  }

  start(): void {
    this.#isRunning = true;
    if (this.#lost !== undefined)
      this.#parts.configuration.tell({ severity: 'major', name: 'discoveryLost', text: this.#lost });
    this.take(this.#parts.configuration.settings);
  }

  /** Searches the networks that a configuration names, and no others any more. */
  take({ discovery }: Settings): void {
    if (!this.#isRunning) return;
    const wanted = new Map(discovery.map((one) => [one.network, one]));
    for (const [name, network] of this.#networks) {
      if (wanted.has(name)) continue;
      network.timer?.cancel();
      network.search?.stop();
      this.#networks.delete(name);
    }
    for (const [name, one] of wanted) {
      const known = this.#networks.get(name);
      const network: Network = known ?? {
        discovery: one,
        addresses: 0,
        fresh: [],
        past: this.#past.find((past) => past.network === name),
      };
      const isOther = known?.discovery.intervalMs !== one.intervalMs;
      if (!known || known.discovery !== one) network.addresses = countOf(one);
      if (network.search && !isDeepStrictEqual(questions(network.discovery), questions(one))) {
        // What is to be left alone from now on is left alone at once.
        network.isOutdated = true;
        network.search.stop();
      }
      network.discovery = one;
      this.#networks.set(name, network);
      if (isOther && !network.search) this.#plan(network);
    }
  }

  /** Resolves when what was found and decided is on disk and in force. */
  async settled(): Promise<void> {
    for (let writing: Promise<void> | undefined; writing !== this.#writing; ) {
      writing = this.#writing;
      await writing;
    }
  }

  async close(): Promise<void> {
    this.#isRunning = false;
    for (const { timer, search } of this.#networks.values()) {
      timer?.cancel();
      search?.stop();
    }
    this.#networks.clear();
    await this.settled();
  }

  /** Elements of what is approved, with who approved it; those that the configuration lets be. */
  approved(settings: Settings): readonly { readonly name: string; readonly elements: readonly FoundElement[] }[] {
    const { checkAccess } = this.#parts.configuration.loadOptions;
    return this.#table.all().flatMap((found) => {
      if (found.decision !== 'approved') return [];
      const made = approvedElement(found, settings, checkAccess);
      if ('fault' in made) return [];
      return [{ name: originOf(found), elements: [{ element: made.element, line: 0 }] }];
    });
  }

  found(): readonly Found[] {
    return this.#table.all();
  }

  /** Why an approved device is no element. */
  faultOf(found: Found): string | undefined {
    if (found.decision !== 'approved') return undefined;
    const { settings, loadOptions } = this.#parts.configuration;
    const made = approvedElement(found, settings, loadOptions.checkAccess);
    return 'fault' in made ? made.fault : undefined;
  }

  networks(): readonly NetworkState[] {
    return [...this.#networks.values()].map(({ discovery, addresses, search, past, fresh, nextMs, fault }) => ({
      network: discovery.network,
      isSearching: search !== undefined,
      tried: search?.passed ?? past?.tried ?? 0,
      addresses,
      found: search?.found ?? past?.found ?? 0,
      fresh: search ? fresh.length : (past?.fresh ?? 0),
      startedMs: search?.startedMs ?? past?.startedMs,
      endedMs: past?.endedMs,
      nextMs: search ? undefined : nextMs,
      approve: discovery.approve,
      fault,
    }));
  }

  /**
   * Begins to search a network, or all of them; one that is being searched goes on.
   * @throws PtpError `Client.NotFound`
   */
  search(name?: string): readonly string[] {
    const meant = this.#meant(name);
    for (const network of meant) if (!network.search) void this.#search(network);
    return meant.map(({ discovery }) => discovery.network);
  }

  /**
   * Ends searches; what they have found stays. Searched is again when it is time.
   * @throws PtpError `Client.NotFound`
   */
  stop(name?: string): readonly string[] {
    const meant = this.#meant(name).filter(({ search }) => search !== undefined);
    for (const network of meant) network.search?.stop();
    return meant.map(({ discovery }) => discovery.network);
  }

  /** Decides on devices that were found. `new` takes a decision back. What is elements afterwards is polled at once. */
  async decide(
    addresses: readonly string[],
    decision: Decision,
    by: string,
  ): Promise<{ readonly done: readonly string[]; readonly refused: readonly { address: string; reason: string }[] }> {
    const { env, configuration } = this.#parts;
    const done: string[] = [];
    const refused: { address: string; reason: string }[] = [];
    const managed = decision === 'approved' ? this.#managed() : new Set<string>();
    for (const address of new Set(addresses)) {
      const reason = this.#obstacle(address, decision, managed);
      if (reason === undefined) done.push(address);
      else refused.push({ address, reason });
    }
    if (done.length === 0) return { done, refused };
    for (const address of done) this.#table.decide(address, decision, by, env.clock.now());
    // On disk before anybody hears of it.
    await this.#write();
    const words = { approved: 'approved', ignored: 'set aside', new: 'taken back the decision on' }[decision];
    const text = `${by} has ${words} ${listed(done)}`;
    // What somebody decides is told with who it was.
    if (by === BY_CONFIGURATION) configuration.tell({ severity: 'indeterminate', name: 'discoveryDecided', text });
    await configuration.renew(text);
    return { done, refused };
  }

  #obstacle(address: string, decision: Decision, managed: ReadonlySet<string>): string | undefined {
    const found = this.#table.get(address);
    if (!found) return `nothing was found at ${address}`;
    if (found.decision === decision) return `${address} is ${decision} already`;
    if (decision !== 'approved') return undefined;
    if (managed.has(address)) return `${address} is the address of an element already`;
    const { settings, loadOptions } = this.#parts.configuration;
    const made = approvedElement(found, settings, loadOptions.checkAccess);
    return 'fault' in made ? made.fault : undefined;
  }

  /** Addresses of elements that are there without having been found here. */
  #managed(): ReadonlySet<string> {
    const addresses = new Set<string>();
    for (const { ip, name } of this.#parts.elements()) {
      if (ip === undefined) continue;
      const isOurs = this.#table.get(ip)?.decision === 'approved' && name === elementOf({ address: ip });
      if (!isOurs) addresses.add(ip);
    }
    return addresses;
  }

  #meant(name: string | undefined): readonly Network[] {
    if (name === undefined) return [...this.#networks.values()];
    const network = this.#networks.get(name);
    if (network) return [network];
    throw new PtpError(
      'Client.NotFound',
      `"${name.slice(0, 100)}" is not searched; DISCOVERY names the networks that are`,
      {
        place: { path: 'network' },
      },
    );
  }

  #plan(network: Network): void {
    const { clock } = this.#parts.env;
    const { past, discovery } = network;
    network.timer?.cancel();
    // An unfinished search is begun anew, but not at every start of a manager that does not stay up.
    const dueMs = past && !network.isOutdated ? past.startedMs + discovery.intervalMs - clock.now() : 0;
    network.isOutdated = false;
    const delayMs = Math.max(FIRST_MS, Math.min(dueMs, discovery.intervalMs));
    network.nextMs = clock.now() + delayMs;
    network.timer = clock.after(delayMs, () => void this.#search(network));
  }

  async #search(network: Network): Promise<void> {
    const { env, methods, configuration } = this.#parts;
    const { discovery } = network;
    network.timer?.cancel();
    const managed = this.#managed();
    this.#table.tidy((address) => managed.has(address), new Set(this.#networks.keys()));
    network.fresh = [];
    network.fault = undefined;
    const means = {
      clock: env.clock,
      methods,
      credential: (id: string) => configuration.settings.credentials.get(id),
    };
    const search = new NetworkSearch(discovery, {
      env,
      recognise: (address, signal) => recognise(address, discovery, means, signal),
      isManaged: (address) => managed.has(address) || this.#table.get(address)?.decision === 'approved',
      onFound: (address, recognition) => this.#seen(network, address, recognition),
    });
    network.search = search;
    env.log.info('a network is being searched', { network: discovery.network, addresses: network.addresses });
    const result = await search.run();
    delete network.search;
    if (this.#networks.get(discovery.network) !== network) return;
    await this.#ended(network, search, result);
  }

  #seen(network: Network, address: string, recognition: Recognition): void {
    const { discovery } = network;
    const isFresh = this.#table.seen(address, discovery.network, recognition, this.#parts.env.clock.now());
    if (isFresh === undefined)
      network.fault = `more than ${MOST_FOUND} devices were found, and further ones are not kept; search smaller networks`;
    if (isFresh) network.fresh.push(address);
  }

  async #ended(network: Network, search: NetworkSearch, result: SearchResult): Promise<void> {
    const { env, configuration } = this.#parts;
    const { discovery, fresh } = network;
    const { tried, answered, isWhole } = result;
    const gone = isWhole ? this.#table.searched(discovery.network, answered, tried) : [];
    if (!network.fault || result.fault) network.fault = result.fault;
    const endedMs = isWhole ? env.clock.now() : network.past?.endedMs;
    network.past = {
      network: discovery.network,
      startedMs: search.startedMs,
      ...(endedMs !== undefined && { endedMs }),
      tried: search.passed,
      found: search.found,
      fresh: fresh.length,
    };
    this.#plan(network);
    await this.#write();
    const parts = [
      `${discovery.network} ${isWhole ? 'searched' : 'searched in part'}: ${tried.size} addresses asked`,
      `${answered.size} answer`,
      ...(fresh.length > 0 ? [`new ${listed(fresh)}`] : []),
      ...(gone.length > 0 ? [`no answer any more from ${listed(gone.map(({ address }) => address))}`] : []),
      ...(network.fault === undefined ? [] : [network.fault]),
    ];
    configuration.tell({ severity: 'indeterminate', name: 'networkSearched', text: parts.join('; ') });
    if (!discovery.approve && fresh.length > 0) await this.decide(fresh, 'approved', BY_CONFIGURATION);
  }

  /** One after the other. Never rejects: what cannot be written is known until the end of the process. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const known = new Map(this.#past.map((one) => [one.network, one]));
      for (const { past } of this.#networks.values()) if (past) known.set(past.network, past);
      const searches = [...known.values()].filter(({ network }) => this.#networks.has(network));
      await writeFound(this.#parts.file, { searches, found: this.#table.all() }).catch((thrown: unknown) =>
        this.#parts.env.log.error('what was found in networks is known until the end of the process only', {
          reason: asPtpError(thrown).message,
        }),
      );
    });
    return this.#writing;
  }
}

const questions = ({ exclude, credentials, ways, rate }: DiscoverySettings) => ({ exclude, credentials, ways, rate });

const originOf = ({ network, by = '' }: Found): string => `found in ${network}, approved by ${by}`;

const listed = (addresses: readonly string[]): string =>
  addresses.length > MOST_NAMED
    ? `${addresses.slice(0, MOST_NAMED).join(', ')} and ${addresses.length - MOST_NAMED} more`
    : addresses.join(', ');
