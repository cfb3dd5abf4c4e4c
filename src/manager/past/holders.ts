/**
 * Which managers have had an element, found out so that one question about its past reaches all of them.
 *
 * The owner's own ledger says since when it has the element; as long as a question does not reach farther back, nobody
 * else is asked. Otherwise all managers are asked at once, a small question that is remembered: what others have of an
 * element changes with its ownership only.
 */
import {
  eachTakingOnce,
  holdersWithin,
  type Taking,
  type Tenure,
  type TimeSpan,
  tenuresOf,
} from '../../assess/tenures.js';
import { RecentlyUsed } from '../../base/recently-used.js';
import type { ElementName } from '../../model/element.js';
import { compareEpochs, formatEpoch, parseEpoch } from '../../model/manager.js';
import type { CallContext } from '../../peer/peer.js';
import type { ManagerCore, Sections } from '../core.js';
import { gather } from '../gather.js';
import { FORMER_OWNERS_WITHIN_MS, type Past, takingsOf } from './own-past.js';

/** Elements that something is remembered of. */
const MOST_REMEMBERED = 5000;
/** So long it is remembered; where a manager did not answer, it is asked again sooner. */
const REMEMBERED_MS = 60_000;
const INCOMPLETE_MS = 5_000;
/** Lines of the own ledger are noted a moment after the element is taken. */
const LEDGER_MS = 10_000;

export interface Holders {
  /** Who had it when, as far as those that answered know. */
  readonly tenures: readonly Tenure[];
  /** The others that have something of it in their stores. */
  readonly others: readonly string[];
  /** Those that may have something of it within the time asked for, and did not answer. */
  readonly missing: Sections['missing'];
}

interface Known {
  readonly takings: readonly Taking[];
  readonly others: readonly string[];
  readonly silent: Sections['missing'];
}

interface Remembered<Value> {
  readonly value: Promise<Value>;
  untilMs: number;
}

export class HolderSearch {
  readonly #core: ManagerCore;
  readonly #ledger = new RecentlyUsed<string, Remembered<readonly Taking[]>>(MOST_REMEMBERED);
  readonly #known = new RecentlyUsed<string, Remembered<Known>>(MOST_REMEMBERED);

  constructor(core: ManagerCore) {
    this.#core = core;
  }

  /** Who had an element within a time, asked of the manager that owns it, or where nobody does, of any. */
  async of(element: ElementName, window: TimeSpan, context: CallContext): Promise<Holders> {
    const core = this.#core;
    const self = core.settings.id;
    const alone: Holders = { tenures: [{ manager: self, ...ALWAYS }], others: [], missing: [] };
    const epoch = core.table.get(element)?.epoch;
    // Of another ownership, what is known may be out of date.
    const key = `${element} ${epoch ? formatEpoch(epoch) : ''}`;
    if (core.directory.ids().length === 0) return alone;
    const isHere = core.table.get(element) !== undefined;
    const own = await this.#remembered(
      this.#ledger,
      key,
      () => takingsOf(core, element),
      () => LEDGER_MS,
    );
    const since = isHere ? await this.#knownSince(element, own, window) : Number.POSITIVE_INFINITY;
    if (since <= window.from) return alone;

    const known = await this.#remembered(
      this.#known,
      key,
      () => this.#ask(element, own, context),
      ({ silent }) => (silent.length > 0 ? INCOMPLETE_MS : REMEMBERED_MS),
    );
    const current = known.takings.filter((taking) => !epoch || compareEpochs(taking.epoch, epoch) <= 0);
    const silent = new Set(known.silent.map(({ manager }) => manager));
    const whole = holdersWithin(
      untilSince(
        tenuresOf(current, () => true),
        self,
        since,
      ),
      window,
    );
    return {
      tenures: untilSince(
        tenuresOf(current, (manager) => !silent.has(manager)),
        self,
        since,
      ),
      others: known.others,
      missing: known.silent.filter(({ manager }) => !whole.isWhole || whole.managers.has(manager)),
    };
  }

  /**
   * From when on within a time it was this manager that had the element without a break: by its ledger, and where that
   * has nothing of the time, by what it knew of the element.
   */
  async #knownSince(element: ElementName, takings: readonly Taking[], { from, to }: TimeSpan): Promise<number> {
    const self = this.#core.settings.id;
    const latest = Math.max(...takings.filter((taking) => taking.to === self).map(({ time }) => time));
    if (Number.isFinite(latest)) return latest;
    const spans = await this.#core.store.statusSpans(from, to, element);
    return spans.find(({ status }) => status !== 'unknown')?.from ?? to;
  }

  async #ask(element: ElementName, own: readonly Taking[], context: CallContext): Promise<Known> {
    const { directory, settings } = this.#core;
    const question = { elements: [{ element }], metrics: [] };
    const { answers, missing } = await gather(directory, directory.ids(), 'getPast', question, context, {
      lacking: 'empty',
      withinMs: FORMER_OWNERS_WITHIN_MS,
    });
    const told = answers.flatMap(({ manager, answer }) =>
      answer.pasts
        .filter((past) => past.element === element)
        .map((past) => ({ by: manager, takings: takingsIn(past) })),
    );
    return {
      takings: eachTakingOnce([{ by: settings.id, takings: own }, ...told]),
      others: told.map(({ by }) => by),
      silent: missing,
    };
  }

  async #remembered<Value>(
    known: RecentlyUsed<string, Remembered<Value>>,
    key: string,
    ask: () => Promise<Value>,
    forMs: (value: Value) => number,
  ): Promise<Value> {
    const { clock } = this.#core.env;
    const found = known.get(key);
    if (found && clock.monotonic() < found.untilMs) return found.value;
    // Whoever asks meanwhile waits for the same answer.
    const asked: Remembered<Value> = { value: ask(), untilMs: Number.POSITIVE_INFINITY };
    known.use(key, asked);
    try {
      const value = await asked.value;
      asked.untilMs = clock.monotonic() + forMs(value);
      return value;
    } catch (thrown) {
      asked.untilMs = Number.NEGATIVE_INFINITY;
      throw thrown;
    }
  }
}

const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** What was nobody's in particular was the owner's from when on it knew of the element. */
const untilSince = (tenures: readonly Tenure[], owner: string, since: number): readonly Tenure[] =>
  tenures.flatMap((tenure) => {
    if (tenure.manager !== undefined || since >= tenure.to) return [tenure];
    return [
      { from: tenure.from, to: since },
      { manager: owner, from: since, to: tenure.to },
    ];
  });

/** Those of an epoch that cannot be read are left out. */
export const takingsIn = ({ takings }: Pick<Past, 'takings'>): readonly Taking[] =>
  takings.flatMap(({ epoch: text, ...taking }) => {
    const epoch = parseEpoch(text);
    return epoch ? [{ ...taking, epoch }] : [];
  });
