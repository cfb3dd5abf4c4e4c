/** Two managers, one clock that runs for both (each reads it in its own way), and devices that both can ask. */
import type { AccessMethod, PollAnswer, PollRequest } from '../../../../src/access/access.js';
import type { Clock } from '../../../../src/base/env.js';
import { PtpError } from '../../../../src/base/errors.js';
import type { Settings } from '../../../../src/config/settings.js';
import { AlarmBook } from '../../../../src/manager/alarms/alarm-book.js';
import { ALONE } from '../../../../src/manager/alarms/keeper.js';
import { Collector } from '../../../../src/manager/collector/collector.js';
import type { CollectorParts } from '../../../../src/manager/collector/collector-parts.js';
import type { Surrogates } from '../../../../src/manager/collector/method-choice.js';
import type { Others } from '../../../../src/manager/collector/others.js';
import { ElementTable } from '../../../../src/manager/element-table.js';
import type { Alarm } from '../../../../src/model/alarm.js';
import {
  type AccessMethodName,
  type AccessSpec,
  type ElementName,
  elementName,
  type ManagedElement,
} from '../../../../src/model/element.js';
import type { NewEvent, PtpEvent } from '../../../../src/model/event.js';
import type { Epoch } from '../../../../src/model/manager.js';
import type { AccessMemory, ElementState, PollRecord, Store } from '../../../../src/store/store.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { CollectingLogger, seededRandom } from '../../../support/test-env.js';

export const accessOf = (more: Partial<AccessSpec> = {}): AccessSpec => ({
  method: 'http',
  intervalMs: 10_000,
  timeoutMs: 2000,
  retries: 0,
  options: {},
  commands: [],
  metrics: [],
  events: [],
  thresholds: [],
  ...more,
});

export const deviceOf = (id: string, specs: AccessSpec[] = [accessOf()]): ManagedElement => ({
  kind: 'device',
  id,
  name: elementName('device', id),
  pool: false,
  customers: [],
  links: [],
  parents: [],
  access: specs,
});

export const epochOf = (number: number): Epoch => ({ term: 1, number, giver: 'EM1' });

/** Keeps what it is given; forgets as the real one does. */
export class MemoryStore {
  readonly polls: PollRecord[] = [];
  readonly states = new Map<string, ElementState>();
  readonly memories = new Map<string, AccessMemory>();
  readonly forgotten: string[] = [];
  readonly unwatched: { element: string; since: number }[] = [];
  /** All that were ever stored, as they were last. */
  readonly alarms = new Map<string, Alarm>();
  readonly events: NewEvent[] = [];

  async recordPolls(polls: readonly PollRecord[]): Promise<readonly PtpEvent[]> {
    for (const poll of polls) {
      this.polls.push(poll);
      if (poll.state) this.states.set(poll.element, poll.state);
      if (poll.memory) this.memories.set(poll.memory.key, poll.memory);
      await this.recordAlarms(poll.alarms ?? []);
    }
    return [];
  }
  async recordEvents(events: readonly NewEvent[], alarms: readonly Alarm[] = []): Promise<readonly PtpEvent[]> {
    this.events.push(...events);
    await this.recordAlarms(alarms);
    return [];
  }
  async recordAlarms(alarms: readonly Alarm[]): Promise<void> {
    for (const alarm of alarms)
      if ((this.alarms.get(alarm.id)?.revision ?? 0) <= alarm.revision) this.alarms.set(alarm.id, alarm);
  }
  loadAlarms = async () => [...this.alarms.values()].filter(({ severity }) => severity !== 'cleared');
  loadStates = async () => [...this.states.values()];
  loadMemories = async () => [...this.memories.values()];
  async recordUnwatched(elements: readonly { element: string; since: number }[]): Promise<void> {
    this.unwatched.push(...elements);
  }
  async forgetElement(element: string): Promise<void> {
    this.forgotten.push(element);
    this.states.delete(element);
    for (const key of this.memories.keys()) if (key.startsWith(`${element}#`)) this.memories.delete(key);
    for (const alarm of this.alarms.values())
      if (alarm.element === element && alarm.severity !== 'cleared') this.alarms.delete(alarm.id);
  }
}

export interface Member {
  readonly id: string;
  readonly store: MemoryStore;
  readonly table: ElementTable;
  readonly collector: Collector;
  readonly alarms: AlarmBook;
  readonly log: CollectingLogger;
  readonly stoodStill: number[];
  readonly polled: string[];
}

export interface Try {
  readonly by: string;
  readonly element: string;
  readonly method: string;
  readonly atMs: number;
}

export class PoolWorld {
  readonly clock = new FakeClock();
  readonly tries: Try[] = [];
  /** What devices do instead of answering rightly. */
  readonly behaviours = new Map<string, (request: PollRequest, signal: AbortSignal) => Promise<PollAnswer>>();
  /** A log to which every device adds a line each second. */
  readonly bytesPerSecond = 1000;

  /**
   * @param ahead By how much this manager's clocks are ahead of the world's: no two machines agree on either.
   */
  member(
    id: string,
    ahead: { wallMs: number; monotonicMs: number } = { wallMs: 0, monotonicMs: 0 },
    others?: Others,
    surrogates?: Surrogates,
  ): Member {
    const clock: Clock = {
      now: () => this.clock.now() + ahead.wallMs,
      monotonic: () => this.clock.monotonic() + ahead.monotonicMs,
      after: (delayMs, run) => this.clock.after(delayMs, run),
    };
    const log = new CollectingLogger();
    const store = new MemoryStore();
    const table = new ElementTable(id);
    const settings = { id, credentials: new Map(), filters: [], eventRules: [] } as unknown as Settings;
    const stoodStill: number[] = [];
    const polled: string[] = [];
    const env = { clock, log, random: seededRandom(id) };
    const alarms = new AlarmBook({
      env,
      manager: id,
      store,
      rules: () => settings.eventRules,
      keeper: ALONE,
      onBetweenPolls: (element) => void collector.review.judge(element),
    });
    const parts: CollectorParts = {
      env,
      alarms,
      store: store as unknown as Store,
      table,
      methods: new Map<AccessMethodName, AccessMethod>(
        (['http', 'ftp'] as const).map((method) => [method, this.#method(id, method)]),
      ),
      settings: () => settings,
      ...(others && { others }),
      ...(surrogates && { surrogates }),
      onPolled: (name) => polled.push(name),
      onStoodStill: (lateMs) => stoodStill.push(lateMs),
    };
    const collector = new Collector(parts);
    return { id, store, table, log, stoodStill, polled, collector, alarms };
  }

  timesOf(element: string, by?: string, method = 'http'): number[] {
    return this.tries
      .filter((one) => one.element === element && one.method === method && (by === undefined || one.by === by))
      .map(({ atMs }) => atMs);
  }

  #method(by: string, method: AccessMethodName): AccessMethod {
    return {
      method,
      poll: async (request, signal) => {
        const { id } = request.element;
        this.tries.push({ by, element: id, method, atMs: this.clock.monotonic() });
        return this.behaviours.get(id)?.(request, signal) ?? this.answer(request);
      },
      check: () => [],
      close: async () => {},
    };
  }

  /** A counter that runs evenly, the device's uptime, and the lines of a log since the position that was kept. */
  answer({ memory }: PollRequest): PollAnswer {
    const elapsedMs = this.clock.monotonic();
    const line = Math.floor(elapsedMs / 1000);
    const from = isPosition(memory) ? memory.line : line;
    return {
      readings: [
        {
          metric: 'octets',
          instance: 'eth0',
          value: 2n ** 60n + BigInt(Math.floor((elapsedMs * this.bytesPerSecond) / 1000)),
          unit: 'By',
          counter: { bits: 64 },
        },
      ],
      events: Array.from({ length: line - from }, (_, index) => ({
        severity: 'warning' as const,
        name: 'line',
        text: `line ${from + index}`,
      })),
      facts: { sysName: 'probe' },
      memory: { line },
      uptimeMs: elapsedMs,
    };
  }
}

export const refuse = async (): Promise<PollAnswer> => {
  throw new PtpError('Access.Refused', '127.0.0.1:80 refused the connection');
};

const isPosition = (memory: unknown): memory is { line: number } =>
  typeof memory === 'object' && memory !== null && 'line' in memory && typeof memory.line === 'number';

export const eventsOf = (store: MemoryStore, name?: string): string[] =>
  store.polls.flatMap(({ events }) =>
    events.flatMap((event) => (name === undefined || event.name === name ? [event.text] : [])),
  );

export const ratesOf = (store: MemoryStore): number[] =>
  store.polls.flatMap(({ samples }) =>
    samples.flatMap(({ metric, value }) => (metric === 'octets.rate' ? [Number(value)] : [])),
  );

export const nameOf = (id: string): ElementName => elementName('device', id);
