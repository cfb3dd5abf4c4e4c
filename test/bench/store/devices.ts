/** Devices with counters that move as those of real ones do: rates that wander, polls that come a little late. */
import { type ElementName, elementName } from '../../../src/model/element.js';
import { Measured, type Named, shapeOf } from '../../../src/model/measured.js';
import type { PollRecord } from '../../../src/store/store.js';

const SPEED = 1e9;
/** Counters of an interface and what they gain a second. */
const COUNTERS: readonly (readonly [metric: string, meanRate: number, unit: string])[] = [
  ['ifInOctets', 1e6, 'By'],
  ['ifOutOctets', 4e5, 'By'],
  ['ifInUcastPkts', 1500, '1'],
  ['ifOutUcastPkts', 1200, '1'],
  ['ifInErrors', 0.001, '1'],
  ['ifOutErrors', 0, '1'],
  ['ifInDiscards', 0.002, '1'],
  ['ifOutDiscards', 0, '1'],
];
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

/** One that polls give values of, as they lie in the store: counters, what follows from them, and gauges. */
export class Device {
  readonly element: ElementName;
  readonly #names: Named[] = [];
  readonly #counts: number[] = [];
  readonly #rates: number[] = [];
  readonly #random: () => number;
  readonly #interfaces: number;
  #timeMs = 0;
  #load = 20;

  constructor(id: string, interfaces: number, seed: number) {
    this.element = elementName('device', id);
    this.#interfaces = interfaces;
    this.#random = chance(seed);
    for (let at = 0; at < interfaces; at += 1) {
      const instance = `Ethernet${at}`;
      for (const [metric, rate, unit] of COUNTERS) {
        this.#names.push({ metric, instance, unit });
        this.#names.push({ metric: `${metric}.rate`, instance, unit: unit === 'By' ? 'bit/s' : '1/s' });
        this.#counts.push(Math.floor(this.#random() * rate * 1e6));
        this.#rates.push(rate * (0.2 + 2 * this.#random()));
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

  poll(dueMs: number): PollRecord {
    const timeMs = dueMs + Math.floor(this.#random() * LATE_MS);
    const seconds = this.#timeMs === 0 ? 30 : (timeMs - this.#timeMs) / 1000;
    this.#timeMs = timeMs;
    const values: number[] = [];
    for (let at = 0; at < this.#interfaces; at += 1) {
      const octets: number[] = [];
      COUNTERS.forEach(([, mean, unit], which) => {
        const place = at * COUNTERS.length + which;
        const gained = this.#gain(place, mean, seconds);
        const rate = (gained / seconds) * (unit === 'By' ? 8 : 1);
        if (unit === 'By') octets.push(rate);
        values.push(this.#counts[place] ?? 0, rate);
      });
      values.push(...octets.map((rate) => Math.round((10_000 * rate) / SPEED) / 100), SPEED, 1);
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

  #gain(place: number, mean: number, seconds: number): number {
    const before = this.#rates[place] ?? 0;
    const rate = Math.max(before * (1 + WANDERS * 2 * (this.#random() - 0.5)), mean * 0.01);
    this.#rates[place] = rate;
    const gained = mean > 1 ? Math.round(rate * seconds) : this.#random() < rate * seconds ? 1 : 0;
    this.#counts[place] = (this.#counts[place] ?? 0) + gained;
    return gained;
  }
}
