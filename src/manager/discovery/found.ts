/** What was found in the networks that are searched, and what people decided on it. Pure. */
import type { ElementName } from '../../model/element.js';
import { elementName } from '../../model/element.js';

export const DECISIONS = ['new', 'approved', 'ignored'] as const;
export type Decision = (typeof DECISIONS)[number];

/** What a device was recognised by. */
export interface Recognition {
  /** What it answers to: `snmp`, `snmp:1161`, `icmp`, `tcp:22`. At least one. */
  readonly answers: readonly string[];
  readonly credential?: string;
  readonly name?: string;
  readonly description?: string;
  readonly sysObjectId?: string;
  readonly type?: string;
  readonly vendor?: string;
  readonly model?: string;
}

export interface Found extends Recognition {
  readonly address: string;
  readonly network: string;
  readonly decision: Decision;
  /** Milliseconds since 1970, like all times here. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Whole searches since then in which it did not answer. */
  readonly missed: number;
  /** Who decided, and when. */
  readonly by?: string;
  readonly atMs?: number;
}

/** Of all networks of a manager together. */
export const MOST_FOUND = 10_000;
/** One that nobody decided on is forgotten when it has not answered so often. */
const MOST_MISSED = 3;

export class FoundTable {
  readonly #found: Map<string, Found>;

  constructor(found: readonly Found[] = []) {
    this.#found = new Map(found.map((one) => [one.address, one]));
  }

  get(address: string): Found | undefined {
    return this.#found.get(address);
  }

  all(): readonly Found[] {
    return [...this.#found.values()];
  }

  /** @returns Whether it was not known before; undefined where there is no room for it. */
  seen(address: string, network: string, recognition: Recognition, nowMs: number): boolean | undefined {
    const before = this.#found.get(address);
    if (!before && this.#found.size >= MOST_FOUND) return undefined;
    const { decision = 'new', firstMs = nowMs, by, atMs } = before ?? {};
    const decided = { decision, ...(by !== undefined && { by }), ...(atMs !== undefined && { atMs }) };
    this.#found.set(address, { ...recognition, address, network, ...decided, firstMs, lastMs: nowMs, missed: 0 });
    return before === undefined;
  }

  /**
   * A network has been searched whole.
   * @param answered Addresses at which something answered; `tried` those that were asked.
   * @returns Those that have just begun not to answer.
   */
  searched(network: string, answered: ReadonlySet<string>, tried: ReadonlySet<string>): readonly Found[] {
    const gone: Found[] = [];
    for (const one of this.all()) {
      if (one.network !== network || !tried.has(one.address) || answered.has(one.address)) continue;
      if (one.missed === 0) gone.push(one);
      const missed = one.missed + 1;
      if (one.decision === 'new' && missed >= MOST_MISSED) this.#found.delete(one.address);
      else this.#found.set(one.address, { ...one, missed });
    }
    return gone;
  }

  decide(address: string, decision: Decision, by: string, atMs: number): void {
    const one = this.#found.get(address);
    if (!one) return;
    const { by: _, atMs: __, ...rest } = one;
    this.#found.set(address, { ...rest, decision, ...(decision !== 'new' && { by, atMs }) });
  }

  /** Undecided ones that have become elements by another way, and what lies in networks that are searched no more. */
  tidy(isManaged: (address: string) => boolean, networks: ReadonlySet<string>): void {
    for (const one of this.all())
      if (one.decision === 'new' && (isManaged(one.address) || !networks.has(one.network)))
        this.#found.delete(one.address);
  }
}

/** The element that an approved device is. */
export const elementOf = ({ address }: Pick<Found, 'address'>): ElementName => elementName('device', address);
