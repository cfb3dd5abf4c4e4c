/** What a manager tells others by itself: notices of alarms and events, and its data. */
import type { Ownership } from '../../assess/notices/queue.js';
import type { Env } from '../../base/env.js';
import type { Settings } from '../../config/settings.js';
import { joinedDesk, type NoticeDesk } from '../../manager/notices/notice-desk.js';
import { Notifier } from '../../manager/notices/notifier.js';
import { StorePush } from '../../manager/notices/store-push.js';
import type { PeerToPeerManager } from '../../manager/peer-to-peer-manager.js';
import type { TrapService } from '../../manager/traps/trap-service.js';
import type { ElementName } from '../../model/element.js';
import type { NewEvent, PtpEvent } from '../../model/event.js';
import type { CallContext } from '../../peer/peer.js';
import type { Store } from '../../store/store.js';

export interface NoticesParts {
  readonly env: Env;
  readonly store: Store;
  readonly incarnation: number;
  readonly settings: () => Settings;
  readonly traps: Pick<TrapService, 'send'>;
  /** Made after this, and before it is started. */
  readonly manager: () => PeerToPeerManager;
}

/** By then a pool has said what is polled here. */
const OWNERSHIP_MS = 60_000;

export class Notices {
  readonly desk: NoticeDesk;
  readonly #parts: NoticesParts;
  readonly #notifier: Notifier;
  readonly #push: StorePush;

  constructor(parts: NoticesParts) {
    this.#parts = parts;
    const { env, store, incarnation, settings, traps, manager } = parts;
    const record = (event: Omit<NewEvent, 'time'>) => void manager().record(event);
    this.#notifier = new Notifier({
      env,
      store,
      incarnation,
      settings,
      ownerOf: (element) => this.#ownerOf(element),
      sendTrap: (outgoing, destination) => traps.send(outgoing, destination),
      record,
      onTold: (changes) => manager().alarms.markTold(changes.map(({ alarm, change }) => [alarm, change])),
    });
    this.#push = new StorePush({
      env,
      settings,
      record,
      async page(page, pageSize, signal) {
        const answer = await manager().invoke('getStore', { page, pageSize, sort: 'id' }, ownContext(signal));
        return { store: answer.PTP_STORE, total: answer.total };
      },
    });
    this.desk = joinedDesk(this.#notifier, this.#push);
  }

  /** Before the manager begins to poll, so that nothing is missed. */
  async start(): Promise<void> {
    await this.#notifier.start();
    this.#parts.manager().alarms.onChange(({ changed }) => this.#notifier.tell(changed));
    this.#push.start();
  }

  /** Events that are on disk now. */
  stored(events: readonly PtpEvent[]): void {
    this.#notifier.stored(events);
  }

  /** Takes a changed configuration. */
  async take(): Promise<void> {
    this.#notifier.take();
    this.#push.take();
  }

  async close(): Promise<void> {
    this.#push.close();
    await this.#notifier.close();
  }

  /** In a pool the alarms of an element are told by its owner. */
  #ownerOf(element: ElementName): Ownership {
    const { member, collector, startedMs, env } = this.#parts.manager();
    if (!member || collector.epochOf(element) !== undefined) return 'own';
    return env.clock.monotonic() - startedMs < OWNERSHIP_MS ? 'unknown' : 'other';
  }
}

const ownContext = (signal: AbortSignal): CallContext => ({
  caller: { kind: 'self', name: 'self', role: 'admin', from: '' },
  requestId: '',
  hops: 0,
  signal,
});
