/**
 * Finds out, before anybody else is asked about an element that does not answer, whether it is behind another that is out.
 *
 * Who owns what it depends on is asked: this manager itself, the one that the inventory names, or, where this manager has
 * no inventory, the one that the master names. What is decided is decided in `assess/dependence/`.
 */
import { dependsOnOthers, type Verdict, verdictOn } from '../../assess/dependence/dependence.js';
import {
  deviceNamed,
  type Effect,
  type Input,
  newWatchState,
  type Question,
  type Subject,
  step,
  verdictFor,
  type Word,
  wakeAtMs,
} from '../../assess/dependence/watch.js';
import type { Elsewhere } from '../../assess/status.js';
import type { Env, Timer } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import { RecentlyUsed } from '../../base/recently-used.js';
import {
  type AccessKey,
  ELEMENT_KINDS,
  type ElementName,
  elementName,
  type ManagedElement,
  parseElementName,
} from '../../model/element.js';
import type { Peer } from '../../peer/peer.js';
import type { FailedAccess, Others } from '../collector/others.js';
import type { ManagerCore } from '../core.js';
import type { PoolService } from '../pool/pool-service.js';
import { confirmationFor, peerOf } from '../reach/reach-confirmation.js';
import { MOST_NAMED, type Standing, type StandingsParts, standingsOf, wordHere, wordOf } from './standings.js';

/** Less than it takes until an unanswered question is asked again. */
const ANSWER_WITHIN_MS = 4_000;
/** Devices on which elements run, and how long what was heard of one is not asked again. */
const MOST_HEARD = 1_000;
const FRESH_MS = 10_000;

/** What it needs of a manager; nothing of it is looked at before an element fails. */
export function dependenceFor(
  core: Pick<ManagerCore, 'env' | 'settings' | 'pool' | 'directory' | 'collector' | 'alarms'>,
  onFound: (element: ElementName) => void,
): DependenceWatch {
  return new DependenceWatch({
    ...standingsOf(core),
    env: core.env,
    id: core.settings.id,
    pool: () => core.pool,
    peer: (manager) => peerOf(core, manager),
    others: confirmationFor(core),
    found: (element, access, elsewhere) => {
      core.collector.found(element, access, elsewhere);
      onFound(element);
    },
  });
}

export interface DependenceWatchParts extends Pick<StandingsParts, 'review' | 'alarmOf'> {
  readonly env: Env;
  readonly id: string;
  readonly pool: () => Pick<PoolService, 'view' | 'assignmentOf'>;
  /** The way to another manager; undefined when there is none, or it does not answer. */
  readonly peer: (manager: string) => Peer | undefined;
  /** Asked about what is out by itself. */
  readonly others: Others & { close(): void };
  readonly found: (element: ElementName, access: number, elsewhere: Elsewhere) => void;
}

interface Failing {
  readonly poll: FailedAccess;
  /** Polls that failed, up to two, and of how many of them the others have been told. */
  failures: number;
  told: number;
}

export class DependenceWatch implements Others {
  readonly #parts: DependenceWatchParts;
  readonly #state = newWatchState();
  readonly #failing = new Map<AccessKey, Failing>();
  /** Who owns what, as the master said. */
  readonly #owners = new Map<ElementName, string>();
  /** Devices on which elements with alarms run that are polled by others. */
  readonly #heard = new RecentlyUsed<ElementName, { readonly word: Word | undefined; readonly askedMs: number }>(
    MOST_HEARD,
  );
  readonly #ending = new AbortController();
  #timer: Timer | undefined;

  constructor(parts: DependenceWatchParts) {
    this.#parts = parts;
  }

  failed(poll: FailedAccess): Elsewhere {
    const { key, element, access, isFirst } = poll;
    if (!dependsOnOthers(element) || element.access[access]?.method === 'file') return this.#parts.others.failed(poll);
    const before = isFirst ? undefined : this.#failing.get(key);
    const failing = { poll, failures: Math.min((before?.failures ?? 0) + 1, 2), told: before?.told ?? 0 };
    this.#failing.set(key, failing);
    const { name, parents, device } = element;
    const subject: Subject = {
      key,
      element: name,
      access,
      parents,
      ...(device !== undefined && { device: deviceNamed(device) }),
    };
    this.#take({ is: 'failed', subject, isFirst: before === undefined });
    return this.#elsewhere(failing, verdictFor(this.#state, key));
  }

  answered(key: AccessKey): void {
    this.#parts.others.answered(key);
    if (this.#failing.delete(key)) this.#take({ is: 'answered', key });
  }

  /** How the device is on which an element runs, as far as that is known: it is asked about meanwhile. */
  deviceOf({ name, device }: Pick<ManagedElement, 'name' | 'device'>): Verdict {
    if (device === undefined) return { is: 'free' };
    const known = this.#wordOn(deviceNamed(device));
    const standing = known?.out ?? { is: 'unknown' as const };
    return verdictOn(name, { parents: [], device: { element: deviceNamed(device), standing } });
  }

  close(): void {
    this.#timer?.cancel();
    this.#ending.abort();
    this.#parts.others.close();
  }

  /** What the verdict means for the status; others are asked only about what is not behind anything. */
  #elsewhere(failing: Failing, verdict: Verdict): Elsewhere {
    const { others } = this.#parts;
    const { poll } = failing;
    if (verdict.is === 'free') {
      let elsewhere: Elsewhere = { is: 'awaited' };
      do {
        elsewhere = others.failed({ ...poll, isFirst: failing.told === 0 });
        failing.told += 1;
      } while (failing.told < failing.failures);
      return elsewhere;
    }
    if (failing.told > 0) others.answered(poll.key);
    failing.told = 0;
    return verdict.is === 'behind' ? { is: 'behind', root: verdict.root, why: verdict.why } : { is: 'awaited' };
  }

  #wordOn(device: ElementName): Word | undefined {
    const here = wordHere(this.#parts, device);
    if (here) return here;
    const known = this.#heard.get(device);
    const nowMs = this.#parts.env.clock.monotonic();
    if (nowMs - (known?.askedMs ?? Number.NEGATIVE_INFINITY) < FRESH_MS) return known?.word;
    this.#heard.use(device, { word: known?.word, askedMs: nowMs });
    if (!this.#ending.signal.aborted) void this.#ask([{ name: device, sinceMs: 0 }]);
    return known?.word;
  }

  #take(input: Input): void {
    if (this.#ending.signal.aborted) return;
    const { clock } = this.#parts.env;
    const effects = step(this.#state, input, clock.monotonic());
    for (const effect of effects) this.#perform(effect);
    this.#timer?.cancel();
    this.#timer = undefined;
    const wakeMs = wakeAtMs(this.#state);
    if (wakeMs !== undefined)
      this.#timer = clock.after(Math.max(1, wakeMs - clock.monotonic()), () => this.#take({ is: 'tick' }));
  }

  #perform(effect: Effect): void {
    const { found, review } = this.#parts;
    switch (effect.is) {
      case 'ask':
        void this.#ask(effect.questions);
        return;
      case 'lookAgain':
        review().lookAt(effect.element, true);
        return;
      case 'found': {
        const { key, element, access } = effect.subject;
        const failing = this.#failing.get(key);
        if (failing) found(element, access, this.#elsewhere(failing, effect.verdict));
      }
    }
  }

  /** Of this manager itself, too, the answer comes later: whoever made the poll has not judged it yet. */
  async #ask(questions: readonly Question[]): Promise<void> {
    const askedMs = this.#parts.env.clock.monotonic();
    const words = new Map<string, Word | undefined>();
    const elsewhere = new Map<string, Question[]>();
    for (const question of questions) {
      const candidates = candidatesFor(question.name);
      const here = candidates
        .map((element) => wordHere(this.#parts, element, question.sinceMs))
        .find((word) => word !== undefined);
      const manager = here ? undefined : this.#managerFor(candidates);
      if (manager === undefined) words.set(question.name, here ?? unknown(question.name));
      else elsewhere.set(manager, [...(elsewhere.get(manager) ?? []), question]);
    }
    await Promise.all(
      [...elsewhere].flatMap(([manager, all]) =>
        inParts(all).map(async (part) => {
          for (const [name, word] of await this.#askManager(manager, part, askedMs)) words.set(name, word);
        }),
      ),
    );
    for (const [name, word] of words) {
      const device = deviceNamed(name);
      if (word && this.#heard.get(device)) this.#heard.use(device, { word, askedMs });
    }
    this.#take({ is: 'heard', words });
  }

  /** Who is to be asked; undefined where nobody could know. */
  #managerFor(candidates: readonly ElementName[]): string | undefined {
    const { pool, id } = this.#parts;
    for (const element of candidates) {
      const { holder, owner } = pool().assignmentOf(element) ?? {};
      const known = holder ?? owner ?? this.#owners.get(element);
      if (known !== undefined && known !== id) return known;
    }
    const { standing, master } = pool().view;
    return standing === 'member' && master !== id ? master : undefined;
  }

  async #askManager(
    manager: string,
    questions: readonly Question[],
    askedMs: number,
  ): Promise<readonly (readonly [string, Word | undefined])[]> {
    const { peer, env } = this.#parts;
    const named = questions.map((question) => ({ question, candidates: candidatesFor(question.name) }));
    const newestMs = Math.max(...questions.map(({ sinceMs }) => sinceMs));
    try {
      const to = peer(manager);
      if (!to) throw new Error(`${manager} does not answer`);
      const { standing } = await to.call(
        'getStanding',
        { element: named.flatMap(({ candidates }) => candidates), since: Math.max(0, askedMs - newestMs) / 1000 },
        { timeoutMs: ANSWER_WITHIN_MS, signal: this.#ending.signal },
      );
      return named.map(({ question, candidates }) => {
        const known = standing.filter(({ element }) => candidates.some((one) => one === element));
        return [question.name, this.#wordAmong(known, question.name, manager, askedMs)];
      });
    } catch (thrown) {
      for (const { candidates } of named) for (const element of candidates) this.#owners.delete(element);
      env.log.debug('asked how elements are on which others depend', { manager, reason: asPtpError(thrown).message });
      return questions.map(({ name }) => [name, undefined]);
    }
  }

  /** Undefined: somebody else is to be asked next time, which is soon. */
  #wordAmong(known: readonly Standing[], name: string, asked: string, askedMs: number): Word | undefined {
    const { env, id, pool } = this.#parts;
    const best = known.find(({ watched }) => watched);
    if (best) return wordOf(best, askedMs, env.clock.now());
    for (const element of candidatesFor(name)) this.#owners.delete(element);
    // It is the owner's own, and it does not poll it.
    if (known.some(({ owner }) => owner === asked)) return unknown(name);
    for (const element of candidatesFor(name)) {
      const owner = known.find((one) => one.element === element)?.owner;
      if (owner !== undefined && owner !== id) this.#owners.set(element, owner);
    }
    return known.length === 0 && asked === pool().view.master ? unknown(name) : undefined;
  }
}

const unknown = (name: string): Word => ({ element: deviceNamed(name), isWatched: false });

/** What a name in a configuration may mean: a whole name, or an id of any kind. */
function candidatesFor(name: string): readonly ElementName[] {
  const parsed = parseElementName(name);
  const whole = parsed ? [elementName(parsed.kind, parsed.id)] : [];
  return [...whole, ...ELEMENT_KINDS.map((kind) => elementName(kind, name))];
}

/** A name may stand for several elements. */
function inParts(questions: readonly Question[]): readonly (readonly Question[])[] {
  const size = Math.floor(MOST_NAMED / (ELEMENT_KINDS.length + 1));
  const parts: Question[][] = [];
  for (let at = 0; at < questions.length; at += size) parts.push(questions.slice(at, at + size));
  return parts;
}
