/** What the lines of a log say: METRICs by regular expression, and EVENTs. */
import { PtpError } from '../../base/errors.js';
import type { AccessSpec, EventPattern, MetricSpec } from '../../model/element.js';
import type { PollAnswer, Reading } from '../access.js';
import { measured } from '../measured.js';
import { compilePattern, foundValue, runBounded, SECOND_LIMIT_MS } from '../regex-limits.js';
import type { LogLine } from './log-lines.js';

/** Events of one poll; what is more waits for the next. */
export const MOST_EVENTS = 1000;
/** Metrics and instances that one poll may find. */
const MOST_VALUES = 10_000;
/** Characters of an event's text. */
const MOST_TEXT = 2000;
/** Lines matched within one time limit. */
const BATCH = 2000;

type AccessEvent = PollAnswer['events'][number];

/** What is wrong with the METRICs and EVENTs of a log, a sentence each. */
export function logPatternFaults(access: AccessSpec): string[] {
  const faults: string[] = [];
  for (const { name, regex } of access.metrics)
    if (regex === undefined)
      faults.push(`METRIC ${name} should have a regex: method ${access.method} finds values by it`);
  try {
    compile(access);
  } catch (thrown) {
    if (!(thrown instanceof PtpError)) throw thrown;
    faults.push(thrown.message);
  }
  return faults;
}

interface Compiled {
  readonly metrics: readonly { readonly spec: MetricSpec; readonly regex: RegExp }[];
  readonly events: readonly { readonly pattern: EventPattern; readonly regex: RegExp }[];
}

/** Those that look at the text itself. */
export const textPatterns = ({ events }: Pick<AccessSpec, 'events'>): readonly EventPattern[] =>
  events.filter(({ metric }) => metric === undefined);

function compile({ metrics, events }: AccessSpec): Compiled {
  return {
    metrics: metrics.flatMap((spec) => (spec.regex === undefined ? [] : [{ spec, regex: compilePattern(spec.regex) }])),
    events: textPatterns({ events }).map((pattern) => ({ pattern, regex: compilePattern(pattern.regex) })),
  };
}

/** Takes lines of one poll, keeps the latest value of each metric and every event. */
export class LogMatches {
  readonly #place: string;
  readonly #patterns: Compiled;
  readonly #values = new Map<string, Reading>();
  readonly events: AccessEvent[] = [];
  lines = 0;
  cut = 0;
  /** The expression that is being matched, to name it when it does not end. */
  #under = '';
  #eventsOfWholeLines = 0;

  /** @throws PtpError `Access.Settings` for an expression that is none. */
  constructor(access: AccessSpec, place: string) {
    this.#place = place;
    this.#patterns = compile(access);
  }

  get readings(): readonly Reading[] {
    return [...this.#values.values()];
  }

  /**
   * @returns How many lines were taken: fewer than given when there are events enough for one poll.
   * @throws PtpError `Access.Content` when an expression takes too long.
   */
  take(lines: readonly LogLine[]): number {
    let taken = 0;
    while (taken < lines.length && this.events.length < MOST_EVENTS) {
      const batch = lines.slice(taken, taken + BATCH);
      taken += this.#takeBatch(batch);
    }
    return taken;
  }

  /** Only an expression that gets nowhere on a single line, and again with more time, is to blame. */
  #takeBatch(lines: readonly LogLine[]): number {
    return this.#matchWithin(lines) || this.#matchWithin(lines.slice(0, 1), SECOND_LIMIT_MS) || this.#blame(lines);
  }

  /** @returns Lines matched whole before the time was over. */
  #matchWithin(lines: readonly LogLine[], limitMs?: number): number {
    const before = this.lines;
    const done = runBounded(() => this.#match(lines), limitMs);
    if (!done) this.events.length = this.#eventsOfWholeLines;
    return this.lines - before;
  }

  #blame([line]: readonly LogLine[]): never {
    throw new PtpError(
      'Access.Content',
      `the expression "${this.#under}" takes too long on a line of ${line?.text.length ?? 0} characters in ${this.#place}; it would have to be simpler (no repetition within a repetition)`,
    );
  }

  #match(lines: readonly LogLine[]): void {
    for (const { text, cut } of lines) {
      this.#eventsOfWholeLines = this.events.length;
      if (this.events.length >= MOST_EVENTS) break;
      for (const { spec, regex } of this.#patterns.metrics) {
        this.#under = regex.source;
        const match = regex.exec(text);
        if (match) this.#keep(spec, match);
      }
      for (const { pattern, regex } of this.#patterns.events) {
        this.#under = regex.source;
        const match = regex.exec(text);
        if (match) this.events.push(eventOf(pattern, match, this.#place));
      }
      this.lines += 1;
      if (cut) this.cut += 1;
    }
  }

  #keep(spec: MetricSpec, match: RegExpExecArray): void {
    const { value, instance } = foundValue(match);
    for (const reading of measured(spec, instance, value)) {
      const key = `${spec.name}\u0000${instance}`;
      if (this.#values.has(key) || this.#values.size < MOST_VALUES) this.#values.set(key, reading);
    }
  }
}

function eventOf(pattern: EventPattern, match: RegExpExecArray, source: string): AccessEvent {
  const text = expanded(pattern.text ?? '$0', match).slice(0, MOST_TEXT);
  return { severity: pattern.severity, name: pattern.name ?? 'logMatch', text, source };
}

/** `$0` to `$99` and `$<name>`; `$$` is a dollar sign. A group that is not there is empty. */
export function expanded(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(?:(\d{1,2})|<([^>]{1,100})>|(\$))/g, (_all, number?: string, name?: string) => {
    if (number !== undefined) return match[Number(number)] ?? '';
    if (name !== undefined) return match.groups?.[name] ?? '';
    return '$';
  });
}
