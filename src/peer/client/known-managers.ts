/**
 * The managers that a client knows, and in which order it asks them: those that answered lately or were never asked, in a
 * random order, then those that did not answer, the longest silent first.
 */
import type { Random } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { managerUrl } from '../../model/manager.js';

/** Of a pool with more than that, these are enough to be answered. */
const MOST_MANAGERS = 256;
/** One that did not answer is left aside for so long. */
const ASIDE_MS = 5_000;

export interface KnownManager {
  /** Such as `http://em1.example:8080`. */
  readonly origin: string;
  /** Such as `ptpmgr/em`. */
  readonly context: string;
  /** Given by whoever made the client, and not learnt from another manager. */
  readonly given: boolean;
  /** Why it did not answer last. */
  readonly silence?: PtpError;
}

interface Entry extends KnownManager {
  silence?: PtpError;
  /** Monotonic. */
  silentMs: number;
}

export class KnownManagers {
  readonly #entries = new Map<string, Entry>();
  readonly #random: Random;

  /** @throws PtpError `Client.Validation` for what is no manager's URL, or for none at all. */
  constructor(urls: readonly string[], random: Random) {
    this.#random = random;
    for (const url of urls) this.#add({ ...parseUrl(url), given: true });
    if (this.#entries.size === 0)
      throw new PtpError('Client.Validation', 'no manager is named; at least one URL is needed to ask at');
  }

  all(): readonly KnownManager[] {
    return [...this.#entries.values()];
  }

  /** In the order to ask in. Those set aside come last, so that they are asked when nobody else answers. */
  inOrder(nowMs: number): readonly KnownManager[] {
    const keyed = this.all().map((one) => ({ one, key: this.#random.next() }));
    const place = (one: KnownManager) => this.#silentUntil(one, nowMs);
    return keyed.sort((a, b) => place(a.one) - place(b.one) || a.key - b.key).map(({ one }) => one);
  }

  #silentUntil(one: KnownManager, nowMs: number): number {
    const entry = this.#entries.get(managerUrl(one));
    return entry?.silence && nowMs - entry.silentMs < ASIDE_MS ? entry.silentMs + ASIDE_MS : 0;
  }

  answered(one: KnownManager): void {
    const entry = this.#entries.get(managerUrl(one));
    if (entry) delete entry.silence;
  }

  silent(one: KnownManager, error: PtpError, nowMs: number): void {
    const entry = this.#entries.get(managerUrl(one));
    if (entry) Object.assign(entry, { silence: error, silentMs: nowMs });
  }

  /** From a manager that answered: others. A password that went encrypted so far goes nowhere else. */
  learn(from: KnownManager, others: readonly { readonly uri: string; readonly context: string }[]): void {
    for (const { uri, context } of others) {
      const url = URL.canParse(uri) ? new URL(uri) : undefined;
      const isAsSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && !from.origin.startsWith('https:'));
      if (url && isAsSafe && this.#entries.size < MOST_MANAGERS)
        this.#add({ origin: url.origin, context: context.replace(/^\/+|\/+$/g, ''), given: false });
    }
  }

  #add(one: KnownManager): void {
    const key = managerUrl(one);
    if (!this.#entries.has(key)) this.#entries.set(key, { ...one, silentMs: Number.NEGATIVE_INFINITY });
  }
}

/** `http://host:port/context`; `/soap` at its end is dropped. */
function parseUrl(text: string): { readonly origin: string; readonly context: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const context = url?.pathname.replace(/^\/+|\/+$/g, '').replace(/\/?soap$/, '') ?? '';
  if (!url || !['http:', 'https:'].includes(url.protocol) || context === '' || url.username || url.password) {
    throw new PtpError(
      'Client.Validation',
      `"${text.replace(/\/\/[^/@]*@/, '//***@').slice(0, 200)}" is no URL of a manager; it is such as http://127.0.0.1:18080/ptpmgr/eim, without user and password`,
      { place: { path: 'managers' } },
    );
  }
  return { origin: url.origin, context };
}
