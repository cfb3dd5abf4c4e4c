/**
 * What is known of the engines that send traps, each authoritative for its own (RFC 3414 section 3.2 step 7b): keys of
 * users there, their clocks, and the digests of late, as the window of time would let a trap through a second time.
 *
 * All is learnt from messages whose digest was right, so nobody without a password fills it; it is bounded nevertheless.
 */
import { Engine, type EngineState } from '../usm/engine.js';
import type { UsmUser } from '../usm/security.js';
import { UserKeys } from './secured.js';

/** The longest unheard goes first; its next message is judged as the first one is. */
const MOST_ENGINES = 16_384;
/** Digests that are remembered, of all engines together. At 100 a second that is longer than the window of 150 s. */
const MOST_DIGESTS = 16_384;

interface KnownEngine {
  readonly engine: Engine;
  readonly keys: Map<UsmUser, UserKeys>;
}

export class SendingEngines {
  /** The longest unheard first. */
  readonly #engines = new Map<string, KnownEngine>();
  /** The oldest first. */
  readonly #digests = new Set<string>();
  #hasNews = false;

  /** Made anew as long as nothing authentic has come. */
  keysOf(user: UsmUser, engineId: Buffer): UserKeys {
    return this.#engines.get(engineId.toString('latin1'))?.keys.get(user) ?? new UserKeys(user, engineId);
  }

  /**
   * Learns from a message whose digest was right.
   *
   * @param digest As it stood in the message.
   * @param nowMs Monotonic.
   * @returns Whether it is new; an old one, or one that has come before, is somebody else's copy.
   */
  isNew(
    user: UsmUser,
    keys: UserKeys,
    engineId: Buffer,
    clock: { readonly boots: number; readonly time: number },
    digest: string,
    nowMs: number,
  ): boolean {
    const name = engineId.toString('latin1');
    const known = this.#engines.get(name) ?? { engine: new Engine(), keys: new Map() };
    known.engine.discover(engineId);
    known.keys.set(user, keys);
    this.#engines.delete(name);
    this.#engines.set(name, known);
    if (this.#engines.size > MOST_ENGINES) dropFirst(this.#engines);
    this.#hasNews = true;
    if (known.engine.judge(clock.boots, clock.time, nowMs) !== 'timely') return false;
    const mark = `${name}${digest}`;
    if (this.#digests.has(mark)) return false;
    this.#digests.add(mark);
    if (this.#digests.size > MOST_DIGESTS) dropFirst(this.#digests);
    return true;
  }

  /** Keys of users that are no more are of no use. */
  forgetKeys(): void {
    for (const { keys } of this.#engines.values()) keys.clear();
  }

  /**
   * Clocks of all engines, so that what is old stays so when the manager has been started again.
   *
   * @returns Undefined when nothing has come since the last time.
   */
  news(nowMs: number): readonly EngineState[] | undefined {
    if (!this.#hasNews) return undefined;
    this.#hasNews = false;
    return [...this.#engines.values()].flatMap(({ engine }) => engine.state(nowMs) ?? []);
  }

  /** Takes what {@link news} gave, ages as of now. */
  recall(states: readonly EngineState[], nowMs: number): void {
    for (const state of states.slice(-MOST_ENGINES)) {
      const engine = Engine.from(state, nowMs);
      if (engine.isInTime) this.#engines.set(engine.id.toString('latin1'), { engine, keys: new Map() });
    }
  }

  get size(): number {
    return this.#engines.size;
  }
}

function dropFirst(from: { keys(): Iterator<string>; delete(key: string): boolean }): void {
  const first = from.keys().next();
  if (!first.done) from.delete(first.value);
}
