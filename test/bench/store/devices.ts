/** Devices with counters that move as those of real ones do: rates that wander, polls that come a little late. */
import { type ElementName, elementName } from '../../../src/model/element.js';
import { Measured, type Named, shapeOf } from '../../../src/model/measured.js';
import type { PollRecord } from '../../../src/store/store.js';

const SPEED = 1e9;
/** Counters of an interface and what those that are made up gain a second. */
export const COUNTERS = [
  { metric: 'ifInOctets', rate: 1e6, unit: 'By' },
  { metric: 'ifOutOctets', rate: 4e5, unit: 'By' },
  { metric: 'ifInUcastPkts', rate: 1500, unit: '1' },
  { metric: 'ifOutUcastPkts', rate: 1200, unit: '1' },
  { metric: 'ifInErrors', rate: 0.001, unit: '1' },
  { metric: 'ifOutErrors', rate: 0, unit: '1' },
  { metric: 'ifInDiscards', rate: 0.002, unit: '1' },
  { metric: 'ifOutDiscards', rate: 0, unit: '1' },
] as const;
const WANDERS = 0.1;
const LATE_MS = 4;

/** The same for the same seed. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** An interface as a device begins with it. Counters in the order of {@link COUNTERS}. */
export interface InterfaceStart {
  readonly name: string;
  readonly counts: readonly number[];
  /** A second, in the mean. */
  readonly rates: readonly number[];
  readonly speed: number;
  readonly status: number;
}

/** Busy ones, all of a kind. */
export function madeUp(count: number, random: () => number): InterfaceStart[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `Ethernet${at}`,
    counts: COUNTERS.map(({ rate }) => Math.floor(random() * rate * 1e6)),
    rates: COUNTERS.map(({ rate }) => rate * (rate > 1 ? 0.2 + 2 * random() : 1)),
    speed: SPEED,
    status: 1,
  }));
}

/** One that polls give values of, as they lie in the store: counters, what follows from them, and gauges. */
export class Device {
  readonly element: ElementName;
  readonly #names: Named[] = [];
  readonly #counts: number[];
  readonly #means: readonly number[];
  readonly #rates: number[];
  readonly #random: () => number;
  readonly #interfaces: readonly InterfaceStart[];
  #timeMs = 0;
  #load = 20;

  constructor(id: string, interfaces: readonly InterfaceStart[], random: () => number) {
    this.element = elementName('device', id);
    this.#interfaces = interfaces;
    this.#random = random;
    this.#counts = interfaces.flatMap(({ counts }) => counts);
    this.#means = interfaces.flatMap(({ rates }) => rates);
    this.#rates = [...this.#means];
    for (const { name: instance } of interfaces) {
      for (const { metric, unit } of COUNTERS) {
        this.#names.push({ metric, instance, unit });
        this.#names.push({ metric: `${metric}.rate`, instance, unit: unit === 'By' ? 'bit/s' : '1/s' });
      }
      for (const metric of ['ifInUtilisation', 'ifOutUtilisation']) this.#names.push({ metric, instance, unit: '%' });
      this.#names.push({ metric: 'ifSpeed', instance, unit: 'bit/s' });
      this.#names.push({ metric: 'ifOperStatus', instance, unit: '1' });
    }
    this.#names.push({ metric: 'cpuLoad', instance: '', unit: '%' });
    this.#names.push({ metric: 'temperature', instance: '', unit: 'Cel' });
  }

  get width(): number {
    return this.#names.length + 1;
  }

  /** The interface that gains the most; undefined where there is none. */
  get busiest(): string | undefined {
    const traffic = (one: InterfaceStart): number => one.rates[0] ?? 0;
    return this.#interfaces.toSorted((a, b) => traffic(b) - traffic(a))[0]?.name;
  }

  poll(dueMs: number): PollRecord {
    const timeMs = dueMs + Math.floor(this.#random() * LATE_MS);
    const seconds = this.#timeMs === 0 ? 30 : (timeMs - this.#timeMs) / 1000;
    this.#timeMs = timeMs;
    const values: number[] = [];
    for (const [at, { speed, status }] of this.#interfaces.entries()) {
      const octets: number[] = [];
      for (const [which, { unit }] of COUNTERS.entries()) {
        const place = at * COUNTERS.length + which;
        const gained = this.#gain(place, seconds);
        const rate = (gained / seconds) * (unit === 'By' ? 8 : 1);
        if (unit === 'By') octets.push(rate);
        values.push(this.#counts[place] ?? 0, rate);
      }
      values.push(...octets.map((rate) => (speed > 0 ? Math.round((10_000 * rate) / speed) / 100 : 0)), speed, status);
    }
    this.#load = Math.min(Math.max(this.#load + 4 * (this.#random() - 0.5), 0), 100);
    values.push(Math.round(this.#load), Math.round(400 + 20 * this.#random()) / 10);
    const measured = new Measured(shapeOf(this.#names), timeMs, (place) => values[place] ?? 0);
    const responseMs = 1 + 3 * this.#random();
    return {
      element: this.element,
      method: 'snmp',
      time: timeMs,
      ok: true,
      responseMs,
      samples: [],
      measured,
      events: [],
    };
  }

  #gain(place: number, seconds: number): number {
    const mean = this.#means[place] ?? 0;
    const before = this.#rates[place] ?? 0;
    const rate = Math.min(
      Math.max(before * (1 + WANDERS * 2 * (this.#random() - 0.5)), mean * 0.01),
      Math.max(mean, 1) * 100,
    );
    this.#rates[place] = rate;
    const gained = mean > 1 ? Math.round(rate * seconds) : this.#random() < rate * seconds ? 1 : 0;
    this.#counts[place] = (this.#counts[place] ?? 0) + gained;
    return gained;
  }
}
