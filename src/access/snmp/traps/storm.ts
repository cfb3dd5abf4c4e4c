/**
 * What is stored one by one, and what is summed up: a source that says much is told of in full at first, then in one
 * event now and then that counts all the rest. A state machine; times are arguments, and monotonic.
 *
 * Story of a source: quiet -> it speaks: each notification is told singly as long as there are tokens ({@link BURST},
 * of which {@link PER_SECOND} come back) -> without a token the next ones are counted -> a summary is due
 * {@link SUMMARY_MS} after the first that was counted, and again as long as there is something to count -> quiet, and
 * forgotten when all tokens are back.
 *
 * There is a source for each element that is known, and one for all senders that are not: so many there are at most,
 * whoever forges addresses.
 */

/** A chassis that starts tells of each of its ports. */
const BURST = 200;
const PER_SECOND = 5;
const SUMMARY_MS = 10_000;
/** Names, and senders, that a summary lists; the others it counts together. */
const MOST_LISTED = 12;

/** What became of one notification. */
export type Told = 'singly' | 'summed';

export interface StormSummary<Source> {
  readonly source: Source;
  readonly count: number;
  /** How long the notifications that it counts have been coming, milliseconds. */
  readonly duringMs: number;
  /** Such as `linkDown 4000, linkUp 711`; in all as many as `count`. */
  readonly text: string;
}

interface Summed {
  readonly sinceMs: number;
  readonly names: Tally;
  readonly senders: Tally;
}

interface SourceState {
  tokens: number;
  filledMs: number;
  summed: Summed | undefined;
}

export class StormWatch<Source> {
  readonly #sources = new Map<Source, SourceState>();

  /**
   * @param hasRoom Whether another event can be stored; where not, it is counted, too.
   */
  take(source: Source, name: string, sender: string, nowMs: number, hasRoom: boolean): Told {
    let state = this.#sources.get(source);
    if (!state) {
      state = { tokens: BURST, filledMs: nowMs, summed: undefined };
      this.#sources.set(source, state);
    }
    fill(state, nowMs);
    if (hasRoom && state.tokens >= 1) {
      state.tokens -= 1;
      return 'singly';
    }
    state.summed ??= { sinceMs: nowMs, names: new Tally(), senders: new Tally() };
    state.summed.names.add(name);
    state.summed.senders.add(sender);
    return 'summed';
  }

  /** Summaries whose time has come. @param isEnding Whether there will be no other occasion. */
  due(nowMs: number, isEnding = false): readonly StormSummary<Source>[] {
    const due: StormSummary<Source>[] = [];
    for (const [source, state] of this.#sources) {
      const { summed } = state;
      if (summed && (isEnding || nowMs >= summed.sinceMs + SUMMARY_MS)) {
        due.push(summary(source, summed, nowMs));
        state.summed = undefined;
      }
      fill(state, nowMs);
      if (!state.summed && state.tokens >= BURST) this.#sources.delete(source);
    }
    return due;
  }

  /** Whether there is anything that time will change. */
  get isIdle(): boolean {
    return this.#sources.size === 0;
  }
}

function fill(state: SourceState, nowMs: number): void {
  state.tokens = Math.min(BURST, state.tokens + (Math.max(0, nowMs - state.filledMs) / 1000) * PER_SECOND);
  state.filledMs = nowMs;
}

function summary<Source>(source: Source, { sinceMs, names, senders }: Summed, nowMs: number): StormSummary<Source> {
  const from = senders.isOne ? '' : `; by sender: ${senders.text}`;
  return { source, count: names.total, duringMs: nowMs - sinceMs, text: `${names.text}${from}` };
}

class Tally {
  readonly #counts = new Map<string, number>();
  total = 0;

  add(name: string): void {
    this.total += 1;
    const count = this.#counts.get(name);
    if (count !== undefined || this.#counts.size < MOST_LISTED) this.#counts.set(name, (count ?? 0) + 1);
  }

  get isOne(): boolean {
    return this.#counts.size === 1;
  }

  get text(): string {
    const listed = [...this.#counts].sort(([, a], [, b]) => b - a);
    const others = listed.reduce((rest, [, count]) => rest - count, this.total);
    const all = others > 0 ? [...listed, ['others', others] as const] : listed;
    return all.map(([name, count]) => `${name} ${count}`).join(', ');
  }
}
