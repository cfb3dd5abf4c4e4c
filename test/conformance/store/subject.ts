/** What every store must do, whatever engine it has. Call it from a test file with a way to open the engine. */
import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { elementName } from '../../../src/model/element.js';
import type { NewEvent, PtpEvent } from '../../../src/model/event.js';
import type { MetricValue } from '../../../src/model/ptp-store.js';
import type { Sample, SampleValue } from '../../../src/model/sample.js';
import type { ElementState, PollRecord, Store } from '../../../src/store/store.js';

export interface StoreFactory {
  /** Opens an empty store of manager `em1`; the suite closes it. */
  create(): Promise<Store>;
  /** Opens what the store that was made last, closed by now, left behind. */
  reopen(): Promise<Store>;
  /** Takes everything away again. */
  destroy(): Promise<void>;
}

export const ROUTER = elementName('device', 'core1');
export const WEB = elementName('service', 'http://shop/');
export const MINUTE = 60_000;
/** A multiple of every step used here. */
export const START = 1_700_000_400_000 - (1_700_000_400_000 % (60 * MINUTE));
export const HOSTILE = [
  '',
  ' ',
  "'; DROP TABLE sample; --",
  '%_\\',
  '<b>&amp;</b>',
  '__proto__',
  'ünïcödé ß İ',
  '😀 astral',
  'line\nfeed\ttab\u0001',
  'x'.repeat(100_000),
];

export const sample = (
  metric: string,
  time: number,
  value: SampleValue,
  instance = '',
  unit = '1',
  element = ROUTER,
): Sample => ({
  element,
  metric,
  instance,
  value,
  unit,
  time,
  owner: 'em1',
  epoch: { term: 0, number: 0, giver: 'em1' },
});

export const poll = (time: number, samples: readonly Sample[] = [], more: Partial<PollRecord> = {}): PollRecord => ({
  element: ROUTER,
  method: 'snmp',
  time,
  ok: true,
  samples,
  events: [],
  ...more,
});

export const event = (time: number, more: Partial<NewEvent> = {}): NewEvent => ({
  time,
  severity: 'warning',
  name: 'linkDown',
  text: 'port 1 is down',
  ...more,
});

export const state = (
  status: ElementState['status'],
  since: number,
  latest: readonly MetricValue[] = [],
): ElementState => ({
  element: ROUTER,
  status,
  since,
  latest,
});

export async function failure(promise: Promise<unknown>): Promise<PtpError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(PtpError);
  if (!(outcome instanceof PtpError)) throw new Error('unreachable');
  return outcome;
}

/** The store under test, as the tests of all parts see it. */
export interface StoreSubject {
  readonly store: Store;
  /** Closes the store and opens it again. */
  reopened(): Promise<void>;
  allEvents(): Promise<readonly PtpEvent[]>;
}
