/**
 * One network, searched: each of its addresses once, so many a second and so many at a time and no more, never one
 * outside of it. What comes of it is told when it has ended.
 */
import type { Env } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { addressOf, contains, hostRange, parseNetwork } from '../../config/networks.js';
import type { DiscoverySettings } from '../../config/settings.js';
import type { Recognition } from './found.js';
import type { Tried } from './recognise.js';

/** Addresses that are being tried at a time. */
const MOST_AT_ONCE = 32;

export interface SearchParts {
  readonly env: Env;
  readonly recognise: (address: string, signal: AbortSignal) => Promise<Tried>;
  /** Elements are polled, and not searched for. */
  readonly isManaged: (address: string) => boolean;
  readonly onFound: (address: string, recognition: Recognition) => void;
}

export interface SearchResult {
  /** Whether all addresses were tried. */
  readonly isWhole: boolean;
  readonly tried: ReadonlySet<string>;
  readonly answered: ReadonlySet<string>;
  readonly fault: string | undefined;
}

export class NetworkSearch {
  readonly startedMs: number;
  readonly #parts: SearchParts;
  readonly #addresses: Iterator<string>;
  /** One for each address that is being tried. */
  readonly #trying = new Set<AbortController>();
  #isStopped = false;
  readonly #tried = new Set<string>();
  readonly #answered = new Set<string>();
  readonly #spacingMs: number;
  #passed = 0;
  #fault: string | undefined;

  constructor(discovery: DiscoverySettings, parts: SearchParts) {
    this.#parts = parts;
    this.startedMs = parts.env.clock.now();
    this.#spacingMs = 1000 / discovery.rate;
    this.#addresses = addressesOf(discovery);
  }

  /** Addresses that have been dealt with, those that are elements already included. */
  get passed(): number {
    return this.#passed - this.#trying.size;
  }

  get found(): number {
    return this.#answered.size;
  }

  /** What was begun is given up. */
  stop(): void {
    this.#isStopped = true;
    for (const one of this.#trying) one.abort(new PtpError('Server.Unavailable', 'the search was ended'));
  }

  run(): Promise<SearchResult> {
    return new Promise((resolve) => this.#next(resolve));
  }

  #next(done: (result: SearchResult) => void): void {
    const { env, isManaged } = this.#parts;
    if (this.#isStopped) {
      this.#end(false, done);
      return;
    }
    let wait = this.#spacingMs;
    if (this.#trying.size < MOST_AT_ONCE) {
      const { value, done: isOver } = this.#addresses.next();
      if (isOver) {
        this.#end(true, done);
        return;
      }
      this.#passed += 1;
      if (isManaged(value)) wait = 0;
      else void this.#try(value);
    }
    env.clock.after(wait, () => this.#next(done));
  }

  async #try(address: string): Promise<void> {
    const trying = new AbortController();
    this.#trying.add(trying);
    const { recognition, fault } = await this.#parts.recognise(address, trying.signal);
    this.#trying.delete(trying);
    if (this.#isStopped) return;
    this.#tried.add(address);
    this.#fault ??= fault;
    if (!recognition) return;
    this.#answered.add(address);
    this.#parts.onFound(address, recognition);
  }

  #end(isWhole: boolean, done: (result: SearchResult) => void): void {
    if (isWhole && this.#trying.size > 0) {
      this.#parts.env.clock.after(this.#spacingMs, () => this.#next(done));
      return;
    }
    done({
      isWhole: isWhole && !this.#isStopped,
      tried: this.#tried,
      answered: this.#answered,
      fault: this.#fault,
    });
  }
}

/** Addresses to look at, in their order; those left out are not among them. */
export function* addressesOf({ network, exclude }: Pick<DiscoverySettings, 'network' | 'exclude'>): Generator<string> {
  const parsed = parseNetwork(network);
  if (!parsed) return;
  const excluded = exclude.flatMap((text) => parseNetwork(text) ?? []);
  const { first, count } = hostRange(parsed);
  for (let at = 0; at < count; at += 1) {
    const address = addressOf(first + BigInt(at), parsed.version);
    if (!excluded.some((one) => contains(one, address))) yield address;
  }
}

/** How many of them there are. */
export function countOf(discovery: Pick<DiscoverySettings, 'network' | 'exclude'>): number {
  const parsed = parseNetwork(discovery.network);
  if (!parsed) return 0;
  if (discovery.exclude.length === 0) return hostRange(parsed).count;
  let count = 0;
  for (const _ of addressesOf(discovery)) count += 1;
  return count;
}
