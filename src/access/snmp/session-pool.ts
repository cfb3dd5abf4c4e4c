/**
 * Sessions kept open between polls, one per element and way of asking it. A session belongs to one poll at a time;
 * after a failure it is closed, so that the next poll resolves the name and discovers the engine anew.
 */
import type { Clock, Timer } from '../../base/env.js';
import type { ElementName } from '../../model/element.js';
import { type Agent, agentFingerprint } from './agent.js';
import { SnmpSession } from './session.js';

/** Sockets that wait for the next poll; the longest unused is closed first. */
const MOST_IDLE = 4096;
const IDLE_MS = 20 * 60_000;

interface Idle {
  readonly session: SnmpSession;
  readonly sinceMs: number;
}

export class SessionPool {
  readonly #clock: Clock;
  /** Oldest first: entries are added at the end and taken out when used. */
  readonly #idle = new Map<string, Idle>();
  readonly #busy = new Set<SnmpSession>();
  #sweep: Timer | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws Errors of the resolver and the socket. */
  async acquire(element: ElementName, agent: Agent): Promise<SnmpSession> {
    const key = keyOf(element, agent);
    const idle = this.#idle.get(key);
    this.#idle.delete(key);
    const session = idle?.session ?? (await SnmpSession.open(agent));
    if (this.#closed) {
      session.close();
      throw new Error('the sessions are closed');
    }
    this.#busy.add(session);
    return session;
  }

  release(element: ElementName, session: SnmpSession): void {
    this.#busy.delete(session);
    const key = keyOf(element, session.agent);
    if (!session.usable || this.#closed || this.#idle.has(key)) {
      session.close();
      return;
    }
    this.#idle.set(key, { session, sinceMs: this.#clock.monotonic() });
    this.#closeOldest();
  }

  /** Ends all polls under way and closes everything. */
  close(): void {
    this.#closed = true;
    this.#sweep?.cancel();
    for (const session of this.#busy) session.close();
    for (const { session } of this.#idle.values()) session.close();
    this.#idle.clear();
  }

  get size(): number {
    return this.#idle.size + this.#busy.size;
  }

  #closeOldest(): void {
    const nowMs = this.#clock.monotonic();
    for (const [key, { session, sinceMs }] of this.#idle) {
      if (this.#idle.size <= MOST_IDLE && nowMs - sinceMs < IDLE_MS) break;
      this.#idle.delete(key);
      session.close();
    }
    if (this.#idle.size === 0) return;
    this.#sweep ??= this.#clock.after(IDLE_MS, () => {
      this.#sweep = undefined;
      this.#closeOldest();
    });
  }
}

const keyOf = (element: ElementName, agent: Agent): string => `${agentFingerprint(agent)} ${element}`;
