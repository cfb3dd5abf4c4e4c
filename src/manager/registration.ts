/**
 * Keeps a manager on the lists of its integration managers.
 *
 * Registers when an integration manager begins to answer or comes back with another incarnation, and again at regular
 * intervals, so that one that lost its memory knows everybody again soon. Without any of them the manager works on.
 */
import type { Env, Timer } from '../base/env.js';
import { asPtpError } from '../base/errors.js';
import type { Input, Output } from '../xml/messages/operations.js';
import type { Directory, KnownManager } from './directory.js';

export interface RegistrationParts {
  readonly env: Env;
  readonly directory: Directory;
  readonly describe: () => Input<'IAmHere'>['manager'];
  /** Milliseconds; asked at each registration. */
  readonly renewEveryMs: () => number;
  readonly onRegistered: (answer: Output<'IAmHere'>) => void;
}

/** A registration that failed is tried again after this long. */
const RETRY_MS = 5000;

export class Registration {
  readonly #parts: RegistrationParts;
  readonly #registered = new Set<string>();
  readonly #timers = new Map<string, Timer>();
  #closed = false;

  constructor(parts: RegistrationParts) {
    this.#parts = parts;
  }

  get registeredWith(): readonly string[] {
    return [...this.#registered].sort();
  }

  /** To be called with every change in the directory. */
  seen(now: KnownManager): void {
    if (now.address.role !== 'EIM' || now.relation !== 'integrationManager') return;
    if (now.reach === 'alive') void this.#register(now.address.id);
    else this.#registered.delete(now.address.id);
  }

  /** Tells all integration managers that something about this manager has changed. */
  async renewAll(): Promise<void> {
    await Promise.all([...this.#registered].map((id) => this.#register(id)));
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  async #register(id: string): Promise<void> {
    if (this.#closed) return;
    const { env, directory, describe, renewEveryMs, onRegistered } = this.#parts;
    this.#timers.get(id)?.cancel();
    let nextMs = renewEveryMs();
    try {
      const answer = await directory.peer(id).call('IAmHere', { manager: describe() });
      if (!this.#registered.has(id)) env.log.info('registered', { integrationManager: id });
      this.#registered.add(id);
      onRegistered(answer);
    } catch (thrown) {
      env.log.warn('could not register', { integrationManager: id, reason: asPtpError(thrown).message });
      this.#registered.delete(id);
      nextMs = RETRY_MS;
    }
    if (this.#closed) return;
    this.#timers.set(
      id,
      env.clock.after(nextMs, () => {
        if (directory.get(id)?.reach === 'alive') void this.#register(id);
      }),
    );
  }
}
