/**
 * Managers that announce themselves. An announcement proves that somebody has the key of the pool, and no more: whoever
 * is not known is asked at the address that it names, over a connection of its own, and nothing is remembered of it until
 * it has answered there by that id. So an announcement has a manager ask somewhere, a bounded number of times.
 */
import type { Env } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { ManagerAddress } from '../../model/manager.js';
import type { Peer } from '../../peer/peer.js';
import { type Directory, isFromConfiguration } from '../directory.js';

export interface AcquaintanceParts {
  readonly env: Env;
  readonly directory: Pick<Directory, 'get' | 'add' | 'ask'>;
  /** A connection for one question; whoever asks closes it. */
  readonly fresh: (address: ManagerAddress, withinMs: number) => Peer | undefined;
  /** It can be reached. */
  readonly met: (manager: string) => void;
}

/** One manager is met so often. */
const MEET_MS = 1_000;
/** Managers that are remembered for that. */
const MOST_MET = 4_096;
/** Of those that are not known so many are asked at a time, and in a second. */
export const MOST_STRANGERS = 16;
export const MOST_STRANGERS_A_SECOND = 32;
const ANSWER_MS = 2_000;

export class Acquaintance {
  readonly #parts: AcquaintanceParts;
  readonly #metMs = new Map<string, number>();
  #underWay = 0;
  #secondMs = Number.NEGATIVE_INFINITY;
  #asked = 0;
  #isFull = false;

  constructor(parts: AcquaintanceParts) {
    this.#parts = parts;
  }

  /** Somebody says that it is this manager, at this address. Never rejects. @param uri Of its interface, as announced. */
  async hear(id: string, uri: string): Promise<void> {
    const { env, directory, met } = this.#parts;
    const nowMs = env.clock.monotonic();
    if (nowMs - (this.#metMs.get(id) ?? Number.NEGATIVE_INFINITY) < MEET_MS) return;
    if (this.#metMs.size >= MOST_MET) this.#metMs.clear();
    this.#metMs.set(id, nowMs);
    const known = directory.get(id);
    // What the configuration says of it counts, wherever it says that it is.
    if (known?.reach !== 'alive' && known && isFromConfiguration(known.relation)) await directory.ask(id);
    else if (known?.reach !== 'alive') await this.#introduce(id, uri, nowMs);
    if (directory.get(id)?.reach === 'alive') met(id);
  }

  async #introduce(id: string, uri: string, nowMs: number): Promise<void> {
    const { env, directory, fresh } = this.#parts;
    if (nowMs - this.#secondMs >= 1_000) {
      this.#secondMs = nowMs;
      this.#asked = 0;
    }
    if (this.#underWay >= MOST_STRANGERS || this.#asked >= MOST_STRANGERS_A_SECOND) return;
    this.#asked += 1;
    this.#underWay += 1;
    const { origin, pathname } = new URL(uri);
    const address = { id, role: 'EM', origin, context: pathname.replace(/^\/|\/$/g, '') } as const;
    const peer = fresh(address, ANSWER_MS);
    try {
      const answer = await peer?.call('areYouThere', {}, { timeoutMs: ANSWER_MS });
      if (answer?.id !== id) return;
      directory.add(
        { ...address, role: answer.role, ...(answer.name !== undefined && { name: answer.name }) },
        'registered',
      );
      this.#isFull = false;
      await directory.ask(id);
    } catch (thrown) {
      const { code, message } = asPtpError(thrown);
      if (code === 'Server.Busy' && !this.#isFull) {
        this.#isFull = true;
        env.log.warn('a manager that has announced itself is not taken', { manager: id, reason: message });
      } else env.log.debug('a manager that has announced itself does not answer', { manager: id, reason: message });
    } finally {
      this.#underWay -= 1;
      void peer?.close().catch(() => {});
    }
  }
}
