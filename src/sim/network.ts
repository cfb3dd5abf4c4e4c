/** The simulated network: messages get lost, late, doubled, out of order, and stuck behind cuts. */
import { invariant } from '../base/errors.js';
import { type Codec, freeze } from './codec.js';
import type { Counts, Tally } from './counts.js';
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

/** Until a lost packet of a connection is sent again. */
const RESEND_MS = 200;

/** Nothing passes from these to those while it is closed. */
export interface Cut {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly isClosed: (nowMs: number) => boolean;
}

export class Network<Envelope> {
  weather: Weather;
  /** When a message was lost, cut off or late last, or asked its way in vain: while all is well this stays as it is. */
  troubledMs = Number.NEGATIVE_INFINITY;
  private readonly cuts = new Set<Cut>();
  private readonly links = new Map<number, Stream>();
  private readonly fates: Tally;

  constructor(
    private readonly world: World,
    private readonly size: number,
    private readonly deliver: (to: number, envelope: Envelope) => void,
    counts: Counts,
    private readonly seed: number,
    weather: Weather,
    private readonly codec: Codec<Envelope> | undefined,
  ) {
    this.weather = weather;
    this.fates = counts.tally('network: message ');
  }

  cut(cut: Cut): void {
    this.cuts.add(cut);
  }

  mend(cut: Cut): void {
    this.cuts.delete(cut);
  }

  mendAll(): void {
    this.cuts.clear();
  }

  isOpen(from: number, to: number): boolean {
    if (this.cuts.size === 0) return true;
    for (const cut of this.cuts)
      if (cut.from.includes(from) && cut.to.includes(to) && cut.isClosed(this.world.nowMs)) return false;
    return true;
  }

  send(from: number, to: number, envelope: Envelope): void {
    const link = this.link(from, to);
    const { weather, codec } = this;
    const sent = codec ? codec.encode(envelope) : freeze(envelope);
    // All is drawn before it is looked at, so that a cut changes nothing for the messages after it.
    const lost = link.next() < weather.loss;
    const doubled = link.next() < weather.duplication;
    const delayMs = this.delay(link);
    const otherMs = this.delay(link);
    if (!this.isOpen(from, to) || lost) {
      this.fails(lost ? 'lost' : 'cut off');
      return;
    }
    this.pass(from, to, sent, delayMs);
    if (!doubled) return;
    this.fates.add('doubled');
    this.pass(from, to, sent, otherMs);
  }

  /**
   * How long it takes to get there by a connection, which says lost packets again; undefined where nothing gets through.
   * @param link Of who asks: a question draws from no other's chance.
   */
  crossMs(link: Stream, from: number, to: number): number | undefined {
    const delays = [this.delay(link), this.delay(link)];
    const losses = [link.next(), link.next()].filter((one) => one < this.weather.loss).length;
    if (!this.isOpen(from, to) || losses === 2) {
      this.troubledMs = this.world.nowMs;
      return undefined;
    }
    return delays[0] === undefined ? undefined : delays[0] + losses * RESEND_MS;
  }

  private pass(from: number, to: number, sent: Uint8Array | Envelope, delayMs: number): void {
    if (delayMs > 3 * this.weather.usualDelayMs) this.fails('late');
    this.world.after(delayMs, () => {
      // A cut also holds what is on its way.
      if (this.isOpen(from, to)) this.deliver(to, sent instanceof Uint8Array ? this.decoded(sent) : sent);
      else this.fails('cut off');
    });
  }

  private decoded(sent: Uint8Array): Envelope {
    invariant(this.codec, 'bytes are only made by a codec');
    return this.codec.decode(sent);
  }

  private fails(how: 'cut off' | 'lost' | 'late'): void {
    this.fates.add(how);
    this.troubledMs = this.world.nowMs;
  }

  /** Made when it is needed first: a large pool has a million of them, and uses few. */
  private link(from: number, to: number): Stream {
    const at = from * this.size + to;
    const known = this.links.get(at);
    if (known) return known;
    const link = new Stream(this.seed, `link ${at}`);
    this.links.set(at, link);
    return link;
  }

  private delay(link: Stream): number {
    const { leastDelayMs, usualDelayMs, longDelay, longDelayMs } = this.weather;
    const usual = leastDelayMs + (usualDelayMs - leastDelayMs) * 2 * link.next();
    const share = link.next();
    return share < longDelay ? usual + (longDelayMs * share) / longDelay : usual;
  }
}
