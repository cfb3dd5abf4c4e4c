/** A manager in the world of alarms: the book and all that keeps it, as they run in production, without polls and a pool. */
import type { Env } from '../../../src/base/env.js';
import { AlarmBook } from '../../../src/manager/alarms/alarm-book.js';
import type { AlarmKeeper } from '../../../src/manager/alarms/keeper.js';
import { SharedAlarms, type SharedAlarmsParts } from '../../../src/manager/alarms/keeping/shared-alarms.js';
import type { Alarm } from '../../../src/model/alarm.js';
import type { ElementName } from '../../../src/model/element.js';
import type { NewEvent } from '../../../src/model/event.js';
import type { Epoch } from '../../../src/model/manager.js';
import type { Handlers } from '../../../src/peer/peer.js';
import type { AlarmStore, Disk } from './disk.js';

/** What of a manager can be broken; default nothing. */
export interface Machine {
  readonly keeper?: (real: AlarmKeeper) => AlarmKeeper;
  readonly store?: (real: AlarmStore) => AlarmStore;
  readonly handlers?: (real: Handlers) => Handlers;
}

export interface ManagerParts extends Pick<SharedAlarmsParts, 'env' | 'pool' | 'peer'> {
  readonly id: string;
  readonly disk: Disk;
  readonly machine: Machine;
  readonly onShown: (alarm: Alarm) => void;
}

/** One start of it. */
interface Run {
  readonly store: AlarmStore;
  readonly book: AlarmBook;
  readonly shared: SharedAlarms;
}

export class SimulatedManager {
  readonly id: string;
  readonly disk: Disk;
  readonly owned = new Map<ElementName, { readonly epoch: Epoch; readonly sinceMs: number }>();
  readonly #parts: ManagerParts;
  #run: Run | undefined;
  #incarnation = 0;

  constructor(parts: ManagerParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.disk = parts.disk;
  }

  get env(): Env {
    return this.#parts.env;
  }

  get isUp(): boolean {
    return this.#run !== undefined;
  }

  get handlers(): Handlers | undefined {
    const { machine } = this.#parts;
    const handlers = this.#run?.shared.handlers;
    return handlers && (machine.handlers?.(handlers) ?? handlers);
  }

  async start(): Promise<void> {
    const { env, id, machine, pool, peer, onShown, disk } = this.#parts;
    this.#incarnation += 1;
    const real = disk.store();
    const store = machine.store?.(real) ?? real;
    const shared: SharedAlarms = new SharedAlarms({
      env,
      self: id,
      incarnation: this.#incarnation,
      store,
      book: () => book,
      epochOf: (element) => this.owned.get(element)?.epoch,
      pool,
      peer,
    });
    const keeper = machine.keeper?.(shared) ?? shared;
    const book = new AlarmBook({ env, manager: id, store, rules: () => [], keeper });
    const run = { store, book, shared };
    this.#run = run;
    book.onChange(({ changed }) => {
      if (this.#run === run) for (const alarm of changed) onShown(alarm);
    });
    await book.load();
    shared.start();
  }

  crash(): void {
    this.#run?.shared.close();
    this.#run = undefined;
    this.disk.crash();
    this.owned.clear();
  }

  own(element: ElementName, epoch: Epoch, brought?: readonly Alarm[], unkept?: readonly string[]): void {
    const run = this.#run;
    if (!run) return;
    const isNew = !this.owned.has(element);
    this.owned.set(element, { epoch, sinceMs: this.env.clock.monotonic() });
    if (isNew) {
      run.book.begin(element, brought, unkept);
      run.shared.taken(element);
    } else run.shared.changed(element);
  }

  look(element: ElementName): void {
    this.#run?.shared.changed(element);
  }

  /** @param to To whom it was handed over; undefined: it was taken over. */
  leave(element: ElementName, to: string | undefined): void {
    const run = this.#run;
    if (!run || !this.owned.delete(element)) return;
    run.book.leave(element);
    void run.store.forgetElement(element);
    if (to === undefined) run.shared.stopped(element);
    else run.shared.released(element, to);
  }

  tell(event: NewEvent): void {
    const run = this.#run;
    if (!run) return;
    const alarms = run.book.ofEvents([event]);
    void run.store.recordAlarms(alarms).then(() => run.book.stored(alarms));
  }

  shown(element: ElementName): readonly Alarm[] {
    return this.#run?.book.ofElement(element) ?? [];
  }

  decided(element: ElementName): readonly Alarm[] {
    return this.#run?.book.decided(element) ?? [];
  }

  /** Resolves when it is answered, by a start that still runs. */
  async person(what: 'acknowledge' | 'clear', id: string): Promise<Alarm | undefined> {
    const run = this.#run;
    const answer = await run?.book[what](id, { by: 'ann' }).catch(() => undefined);
    return this.#run === run ? answer : undefined;
  }
}
