/** Simulated time: events in the order of their moments, and of their making where those are equal. */

interface Event {
  readonly atMs: number;
  readonly sequence: number;
  readonly run: () => void;
}

const isBefore = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);

export class World {
  /** The one true time, in milliseconds from the beginning; no member knows it. */
  nowMs = 0;
  private readonly heap: Event[] = [];
  private sequence = 0;

  at(atMs: number, run: () => void): void {
    this.sequence += 1;
    const event: Event = { atMs: Math.max(atMs, this.nowMs), sequence: this.sequence, run };
    const { heap } = this;
    let hole = heap.length;
    heap.push(event);
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = heap[above];
      if (!parent || isBefore(parent, event)) break;
      heap[hole] = parent;
      hole = above;
    }
    heap[hole] = event;
  }

  after(delayMs: number, run: () => void): void {
    this.at(this.nowMs + delayMs, run);
  }

  /** Lets things happen until a moment, or until `stop` says that it is enough. Returns how many happened. */
  runUntil(endMs: number, stop: () => boolean, most = Number.POSITIVE_INFINITY): number {
    let count = 0;
    for (let event = this.heap[0]; event && event.atMs <= endMs && count < most && !stop(); event = this.heap[0]) {
      this.takeFirst();
      this.nowMs = event.atMs;
      event.run();
      count += 1;
    }
    if (count < most && !stop()) this.nowMs = endMs;
    return count;
  }

  private takeFirst(): void {
    const { heap } = this;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let hole = 0;
    for (;;) {
      let below = 2 * hole + 1;
      let child = heap[below];
      const right = heap[below + 1];
      if (child && right && isBefore(right, child)) {
        below += 1;
        child = right;
      }
      if (!child || !isBefore(child, last)) break;
      heap[hole] = child;
      hole = below;
    }
    heap[hole] = last;
  }
}
