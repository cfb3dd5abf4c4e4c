/** The simulated network: messages get lost, late, doubled, out of order, and stuck behind cuts. */
import type { Envelope } from '../pool/messages.js';
import { type Codec, freeze } from './codec.js';
import type { Counts } from './counts.js';
import { Stream } from './random.js';
import type { World } from './world.js';

/** How well the network works. */
export interface Weather {
  readonly loss: number;
  readonly duplication: number;
  readonly leastDelayMs: number;
  readonly usualDelayMs: number;
  /** Some messages take much longer than others. */
  readonly longDelay: number;
  readonly longDelayMs: number;
}

export const CALM: Weather = {
  loss: 0,
  duplication: 0,
  leastDelayMs: 0.1,
  usualDelayMs: 2,
  longDelay: 0,
  longDelayMs: 0,
};

/** The longest that any message takes. */
export const LONGEST_DELAY_MS = 8_000;

export function drawWeather(stream: Stream): Weather {
  const often = (probability: number, most: number) => (stream.chance(probability) ? stream.between(0, most) : 0);
  const leastDelayMs = stream.spread(0.01, 10);
  return {
    loss: often(0.6, 0.15),
    duplication: often(0.6, 0.15),
    leastDelayMs,
    usualDelayMs: leastDelayMs + stream.spread(0.1, 60),
    longDelay: often(0.6, 0.05),
    longDelayMs: stream.spread(100, LONGEST_DELAY_MS),
  };
}

/** Nothing passes from these to those while it is closed. */
export interface Cut {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly isClosed: (nowMs: number) => boolean;
}

export class Network {
  weather: Weather;
  readonly cuts = new Set<Cut>();
  private readonly links: Stream[] = [];

  constructor(
    private readonly world: World,
    private readonly size: number,
    private readonly deliver: (to: number, envelope: Envelope) => void,
    private readonly counts: Counts,
    seed: number,
    weather: Weather,
    private readonly codec: Codec | undefined,
  ) {
    this.weather = weather;
    for (let link = 0; link < size * size; link += 1) this.links.push(new Stream(seed, `link ${link}`));
  }

  isOpen(from: number, to: number): boolean {
    for (const cut of this.cuts)
      if (cut.from.includes(from) && cut.to.includes(to) && cut.isClosed(this.world.nowMs)) return false;
    return true;
  }

  send(from: number, to: number, envelope: Envelope): void {
    const link = this.links[from * this.size + to];
    if (!link) return;
    const { weather, counts } = this;
    const sent = this.codec ? this.codec.encode(envelope) : freeze(envelope);
    // All is drawn before it is looked at, so that a cut changes nothing for the messages after it.
    const lost = link.next() < weather.loss;
    const doubled = link.next() < weather.duplication;
    const delays = [this.delay(link), this.delay(link)];
    if (!this.isOpen(from, to)) {
      counts.add('network: message cut off');
      return;
    }
    if (lost) {
      counts.add('network: message lost');
      return;
    }
    if (doubled) counts.add('network: message doubled');
    for (const delayMs of doubled ? delays : delays.slice(0, 1)) {
      if (delayMs > 3 * weather.usualDelayMs) counts.add('network: message late');
      this.world.after(delayMs, () => {
        // A cut also holds what is on its way.
        if (!this.isOpen(from, to)) return counts.add('network: message cut off');
        this.deliver(to, sent instanceof Uint8Array && this.codec ? this.codec.decode(sent) : envelope);
      });
    }
  }

  private delay(link: Stream): number {
    const { leastDelayMs, usualDelayMs, longDelay, longDelayMs } = this.weather;
    const usual = leastDelayMs + (usualDelayMs - leastDelayMs) * 2 * link.next();
    const share = link.next();
    return share < longDelay ? usual + (longDelayMs * share) / longDelay : usual;
  }
}
