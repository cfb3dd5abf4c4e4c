/**
 * Whether a manager would be late with its heartbeats: another asks it over its socket whether it is there, as often as
 * heartbeats go, and notes how long each answer takes. What holds up an answer holds up a heartbeat as well.
 */
import { systemEnv } from '../../../src/base/system-env.js';
import { createInvoke } from '../../../src/manager/invoke.js';
import { PeerConnector, type RoutedPeer } from '../../../src/peer/peer-connector.js';
import { PoolKey } from '../../../src/peer/security/pool-keys.js';
import { createMessageService } from '../../../src/peer/soap.js';
import { percentile } from '../pool-world.js';

const EVERY_MS = 200;

export interface Lateness {
  readonly asked: number;
  readonly failed: number;
  readonly p99: number;
  readonly max: number;
}

export class Beats {
  readonly #peer: RoutedPeer;
  readonly #timer: NodeJS.Timeout;
  #answeredAfterMs: number[] = [];
  #failed = 0;

  constructor(to: { readonly id: string; readonly origin: string; readonly socketPort: number }, key: string) {
    const keys = [new PoolKey(key)] as const;
    const env = systemEnv('error');
    const service = createMessageService({ env, invoke: createInvoke(() => ({})) });
    const connector = new PeerConnector({ env, self: 'watcher', keys: () => keys, service });
    this.#peer = connector.connect({
      id: to.id,
      role: 'EM',
      origin: to.origin,
      context: 'ptpmgr/em',
      socket: { host: '127.0.0.1', port: to.socketPort },
    });
    this.#timer = setInterval(() => void this.#ask(), EVERY_MS);
  }

  /** Since the last look. */
  look(): Lateness {
    const all = this.#answeredAfterMs;
    const failed = this.#failed;
    this.#answeredAfterMs = [];
    this.#failed = 0;
    return { asked: all.length + failed, failed, p99: percentile(all, 0.99), max: percentile(all, 1) };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#peer.close();
  }

  async #ask(): Promise<void> {
    const askedMs = performance.now();
    try {
      await this.#peer.call('areYouThere', {});
      this.#answeredAfterMs.push(performance.now() - askedMs);
    } catch {
      this.#failed += 1;
    }
  }
}
