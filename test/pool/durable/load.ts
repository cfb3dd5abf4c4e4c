/** Work for a manager, and a note of all that it has acknowledged, shown or told of. */
import type { PtpStore } from '../../../src/model/ptp-store.js';
import type { Output } from '../../../src/xml/messages/operations.js';
import { pause } from '../trial-pool.js';
import { ID, NARROW, WIDE, WIDE_METRICS } from './configuration.js';
import type { DataManager } from './data-manager.js';
import type { Site } from './site.js';

type Event = Output<'getEvents'>['events'][number];
type Alarm = Output<'getAlarms'>['alarms'][number];

/** What a manager has promised, one way or another. */
export interface Promises {
  /** Texts of events that were sent in, by the id that was answered. */
  readonly sent: Map<number, string>;
  readonly seenEvents: Map<number, Event>;
  /** Texts of informs that were answered. */
  readonly informed: Set<string>;
  /** Values by time, by `element metric`. */
  readonly points: Map<string, Map<number, number>>;
  /** As seen last. */
  readonly alarms: Map<string, Alarm>;
  /** Notes of acknowledgements that were answered, by the alarm's id. */
  readonly acknowledged: Map<string, string>;
}

const none = (): Promises => ({
  sent: new Map(),
  seenEvents: new Map(),
  informed: new Set(),
  points: new Map(),
  alarms: new Map(),
  acknowledged: new Map(),
});

/** What one run of a manager has promised, in order. */
export class Promised {
  readonly sinceMs = Date.now() - 1000;
  /** The last line of the log that was written; it will be read, sooner or later. */
  lastLine = '';
  #number = 0;
  readonly #given: { readonly moment: number; readonly add: (to: Promises) => void }[] = [];

  /**
   * @param mark Begins every text of this run, so that no two runs have one in common.
   * @param moment What is now, as what comes later compares to it.
   */
  constructor(
    readonly mark: string,
    readonly moment: () => number = () => performance.now(),
  ) {}

  /** A text that is given once. */
  text(kind: string): string {
    this.#number += 1;
    return `${kind} ${this.mark} ${this.#number}.`;
  }

  give(add: (to: Promises) => void): void {
    this.#given.push({ moment: this.moment(), add });
  }

  givePoint(element: string, metric: string, time: number, value: number): void {
    const series = `${element} ${metric}`;
    this.give(({ points }) => points.set(series, (points.get(series) ?? new Map()).set(time, value)));
  }

  /** All that was promised until a moment. */
  until(moment = Number.POSITIVE_INFINITY): Promises {
    const promises = none();
    for (const one of this.#given) if (one.moment <= moment) one.add(promises);
    return promises;
  }
}

export const countsOf = ({ sent, seenEvents, informed, points, alarms, acknowledged }: Promises) => ({
  'events sent in and acknowledged': sent.size,
  'events seen': seenEvents.size,
  'informs answered': informed.size,
  'samples seen or pushed': [...points.values()].reduce((sum, { size }) => sum + size, 0),
  'alarms seen': alarms.size,
  'acknowledgements of alarms answered': acknowledged.size,
});

export class Load {
  readonly promised: Promised;
  readonly #manager: DataManager;
  readonly #site: Site;
  readonly #trapPort: number;
  #isOver = false;

  constructor(manager: DataManager, site: Site, trapPort: number, promised: Promised) {
    this.#manager = manager;
    this.#site = site;
    this.#trapPort = trapPort;
    this.promised = promised;
  }

  /** Goes on until {@link end}. */
  async run(): Promise<void> {
    const works = [
      () => this.#send(),
      () => this.#inform(),
      () => this.#write(),
      () => this.#look(),
      () => this.#listen(),
      () => this.#watchAlarms(),
      () => this.#push(),
    ];
    // What the killed manager did not answer was promised to nobody.
    const ever = async (work: () => Promise<void>) => {
      while (!this.#isOver) await work().catch(() => pause(20));
    };
    await Promise.all(works.map(ever));
  }

  end(): void {
    this.#isOver = true;
  }

  async #send(): Promise<void> {
    const texts = [0, 1, 2].map(() => this.promised.text('sent'));
    const events = texts.map((text) => ({ severity: 'warning' as const, name: 'test', text }));
    const { stored } = await this.#manager.ask('sendEvent', { events });
    this.promised.give(({ sent }) => stored.forEach((id, at) => void sent.set(id, texts[at] ?? '')));
    await pause(Math.random() * 20);
  }

  async #inform(): Promise<void> {
    const text = this.promised.text('informed');
    if (await this.#site.inform(text, this.#trapPort, 1000)) this.promised.give(({ informed }) => informed.add(text));
    // Five a second are stored one by one, for as long as anybody likes.
    await pause(200);
  }

  async #write(): Promise<void> {
    const line = this.promised.text('line');
    this.#site.writeLine(line);
    this.promised.lastLine = line;
    this.#site.toggle(oneOf(NARROW));
    await pause(30);
  }

  async #look(): Promise<void> {
    const element = oneOf(Math.random() < 0.5 ? NARROW : WIDE);
    const metric = element.startsWith('w') ? `m${Math.floor(Math.random() * WIDE_METRICS)}` : 'clients';
    const now = Date.now();
    const { series } = await this.#manager.ask('getSamples', { element, metric, from: now - 5000, to: now + 1000 });
    for (const { points } of series)
      for (const { time, value } of points) this.promised.givePoint(element, metric, time, value);
    const { PTP_STORE } = await this.#manager.ask('getDevices', {});
    for (const { id, metrics } of PTP_STORE.managers.flatMap(({ devices }) => devices))
      for (const { name, time, value } of metrics)
        if (name === 'clients') this.promised.givePoint(id, name, time, Number(value));
    await pause(20);
  }

  async #listen(): Promise<void> {
    const { events } = await this.#manager.ask('getEvents', { pageSize: 100, from: this.promised.sinceMs });
    this.promised.give(({ seenEvents }) => {
      for (const event of events) seenEvents.set(event.id, event);
    });
    await pause(50);
  }

  async #watchAlarms(): Promise<void> {
    const { alarms } = await this.#manager.ask('getAlarms', { state: 'open', pageSize: 200 });
    this.promised.give((to) => {
      for (const alarm of alarms) to.alarms.set(alarm.id, alarm);
    });
    for (const { id } of alarms.filter(({ state }) => state === 'raised').slice(0, 3)) {
      const note = this.promised.text('noted');
      await this.#manager.ask('acknowledgeAlarm', { alarm: id, note });
      this.promised.give(({ acknowledged }) => acknowledged.set(id, note));
    }
    await pause(50);
  }

  async #push(): Promise<void> {
    const time = Date.now();
    const value = Math.floor(Math.random() * 1e9);
    await this.#manager.ask('pushStore', { PTP_STORE: shopAt(time, value) });
    this.promised.givePoint('shop', 'clients', time, value);
    await pause(50);
  }
}

function shopAt(time: number, value: number): PtpStore {
  const shop = {
    kind: 'service',
    id: 'shop',
    status: 'normal',
    customers: [],
    links: [],
    parents: [],
    access: [],
  } as const;
  const metrics = [{ name: 'clients', instance: '', unit: '1', time, value }];
  const section = { id: ID, failover: [], devices: [], applications: [], services: [{ ...shop, metrics }] };
  return { managers: [section], integrationManagers: [] };
}

function oneOf<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to choose from');
  return item;
}
