/**
 * What waits to be sent to one member, and is on its way: a bounded row, a few calls at a time, begun in order.
 *
 * Nothing here waits for anybody: what does not fit, or has waited for so long that it would only mislead, is dropped.
 */

export interface LaneLimits {
  /** Messages that wait. More push the oldest out. */
  readonly waiting: number;
  /** Messages on their way at a time. */
  readonly underWay: number;
  /** One that has waited longer is not sent any more, milliseconds. */
  readonly waitMs: number;
}

export interface Waiting<Message> {
  readonly message: Message;
  /** Only the newest of one name waits. */
  readonly newestOf: string | undefined;
  readonly atMs: number;
}

export interface LaneCounts {
  /** A newer one of the same kind came before it was its turn. */
  replaced: number;
  /** Pushed out by newer ones. */
  pushedOut: number;
  /** Waited for too long. */
  outdated: number;
}

export class Lane<Message> {
  readonly #limits: () => LaneLimits;
  readonly #send: (message: Message) => Promise<void>;
  readonly #nowMs: () => number;
  readonly #counts: LaneCounts;
  #waiting: Waiting<Message>[] = [];
  #underWay = 0;

  /** @param send Never rejects. */
  constructor(
    limits: () => LaneLimits,
    nowMs: () => number,
    send: (message: Message) => Promise<void>,
    counts: LaneCounts,
  ) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#send = send;
    this.#counts = counts;
  }

  get isIdle(): boolean {
    return this.#underWay === 0 && this.#waiting.length === 0;
  }

  put(message: Message, newestOf?: string): void {
    const at = newestOf === undefined ? -1 : this.#waiting.findIndex((one) => one.newestOf === newestOf);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.#counts.replaced += 1;
    }
    this.#waiting.push({ message, newestOf, atMs: this.#nowMs() });
    this.#begin();
    if (this.#waiting.length <= this.#limits().waiting) return;
    this.#waiting.shift();
    this.#counts.pushedOut += 1;
  }

  clear(): void {
    this.#waiting = [];
  }

  #begin(): void {
    const { underWay, waitMs } = this.#limits();
    while (this.#underWay < underWay) {
      const next = this.#waiting.shift();
      if (!next) return;
      if (this.#nowMs() - next.atMs > waitMs) {
        this.#counts.outdated += 1;
        continue;
      }
      this.#underWay += 1;
      void this.#send(next.message).then(() => {
        this.#underWay -= 1;
        this.#begin();
      });
    }
  }
}
