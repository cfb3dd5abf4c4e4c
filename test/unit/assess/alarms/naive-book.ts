/** The alarms of an element, found anew each time in the whole history of what happened: slow, and plain to see. */
import { SEVERITIES, type Severity } from '../../../../src/model/status.js';

interface Happening {
  readonly key: string;
  readonly at: number;
  readonly what: string;
  readonly severity?: Severity;
  readonly isFinal?: boolean;
}

const MINUTE = 60_000;
const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

export class NaiveBook {
  readonly #history: Happening[] = [];

  tell(key: string, severity: Severity, at: number, isFinal: boolean): void {
    this.#history.push({ key, at, what: 'told', severity, isFinal });
  }

  do(key: string, what: string, at: number): void {
    this.#history.push({ key, at, what });
  }

  pass(nowMs: number): void {
    for (const key of new Set(this.#history.map((one) => one.key)))
      this.#history.push({ key, at: nowMs, what: 'passes' });
  }

  open() {
    const keys = [...new Set(this.#history.map(({ key }) => key))].sort();
    return keys.flatMap((key) => this.#openOf(key) ?? []);
  }

  #openOf(key: string) {
    const all = this.#history.filter((one) => one.key === key);
    const from = beginning(all);
    if (from === undefined) return undefined;
    const told = all.slice(from).filter(({ what, severity }) => what === 'told' && severity !== 'cleared');
    const severities = told.flatMap(({ severity }) => severity ?? []);
    const news = newsIn(all.slice(from));
    return {
      key,
      state: news.isAcknowledged ? 'acknowledged' : 'raised',
      severity: severities.at(-1),
      worst: [...severities].sort((a, b) => rank(b) - rank(a))[0],
      count: told.length,
      isFlapping: isFlapping(all, from),
      isGone: all.filter(({ what }) => what === 'told').at(-1)?.severity === 'cleared',
      change: news.count,
    };
  }
}

/** Where the alarm that is open at the end was raised. */
function beginning(all: readonly Happening[]): number | undefined {
  let open: number | undefined;
  all.forEach((one, index) => {
    const isTold = one.what === 'told' && one.severity !== 'cleared';
    if (open === undefined) {
      if (isTold) open = index;
      return;
    }
    const flaps = isFlapping(all.slice(0, index), open);
    const ends = one.what === 'told' && one.severity === 'cleared' && (one.isFinal === true || !flaps);
    if (one.what === 'cleared' || ends || (flaps && isCalm(all.slice(0, index + 1)))) open = undefined;
  });
  return open;
}

/** It passes, and the last that was told is that it is gone, ten minutes ago. */
function isCalm(all: readonly Happening[]): boolean {
  const now = all.at(-1);
  if (now?.what !== 'passes') return false;
  const told = all.flatMap((one, index) => (one.what === 'told' ? [{ ...one, index }] : []));
  let gone: number | undefined;
  for (const one of told) gone = one.severity === 'cleared' ? (gone ?? one.at) : undefined;
  return gone !== undefined && now.at - gone >= 10 * MINUTE;
}

/** Whether what was raised there was its third coming, with less than ten minutes between an end and the next coming. */
function isFlapping(all: readonly Happening[], from: number): boolean {
  let comings = 0;
  let open = false;
  let goneAt: number | undefined;
  let flaps = false;
  for (const [index, one] of all.slice(0, from + 1).entries()) {
    if (one.what === 'cleared') {
      [comings, open, goneAt, flaps] = [0, false, undefined, false];
    } else if (one.what === 'passes') {
      if (goneAt !== undefined && one.at - goneAt >= 10 * MINUTE) [comings, open, flaps] = [0, false, false];
    } else if (one.what !== 'told') continue;
    else if (one.severity === 'cleared') {
      if (open && goneAt === undefined) goneAt = one.at;
      if (!flaps || one.isFinal) open = false;
    } else if (open) {
      if (goneAt !== undefined) comings += 1;
      goneAt = undefined;
    } else {
      comings = goneAt !== undefined && one.at - goneAt < 10 * MINUTE ? comings + 1 : 1;
      [open, goneAt, flaps] = [true, undefined, comings >= 3];
      if (index === from) return flaps;
    }
  }
  return false;
}

/** What people are told of an open alarm, from when it was raised. */
function newsIn(life: readonly Happening[]): { readonly count: number; readonly isAcknowledged: boolean } {
  let count = 0;
  let severity: Severity | undefined;
  let seen: Severity | undefined;
  let [isRooted, isSilenced] = [false, false];
  for (const { what, severity: told } of life) {
    if (what === 'told' && told !== undefined && told !== 'cleared') {
      if (told !== severity) count += 1;
      if (seen !== undefined && rank(told) > rank(seen)) seen = undefined;
      severity = told;
    } else if (what === 'acknowledged') {
      count += 1;
      seen = severity;
    } else {
      const wasSpared = isRooted || isSilenced;
      if (what === 'rooted') isRooted = true;
      if (what === 'unrooted') isRooted = false;
      if (what === 'silenced') isSilenced = true;
      if (what === 'loud') isSilenced = false;
      if (wasSpared && !isRooted && !isSilenced) count += 1;
    }
  }
  return { count, isAcknowledged: seen !== undefined };
}
