/** What tests of access methods poll with. */
import type {
  AccessMethod,
  AccessParts,
  Credential,
  DeviceType,
  Learnt,
  PollAnswer,
  PollRequest,
  Reading,
} from '../../src/access/access.js';
import { PtpError } from '../../src/base/errors.js';
import type { AccessMethodName, AccessSpec, ManagedElement } from '../../src/model/element.js';
import { realTimeEnv } from './test-env.js';

export const accessParts = (over: { configDir?: string; deviceTypes?: readonly DeviceType[] } = {}): AccessParts => ({
  env: realTimeEnv(),
  configDir: over.configDir ?? '/nowhere',
  deviceTypes: () => over.deviceTypes ?? [],
});

export const element = (over: Partial<ManagedElement> = {}): ManagedElement => ({
  kind: 'device',
  id: 'probe',
  name: 'device/probe',
  ip: '127.0.0.1',
  pool: false,
  customers: [],
  links: [],
  parents: [],
  access: [],
  ...over,
});

export const access = (
  method: AccessMethodName,
  options: Readonly<Record<string, string>>,
  over: Partial<AccessSpec> = {},
): AccessSpec => ({
  method,
  intervalMs: 30_000,
  timeoutMs: 5000,
  retries: 0,
  options,
  commands: [],
  metrics: [],
  events: [],
  thresholds: [],
  ...over,
});

export interface Asking {
  readonly options?: Readonly<Record<string, string>>;
  readonly over?: Partial<AccessSpec>;
  readonly element?: Partial<ManagedElement>;
  readonly credential?: Credential;
  readonly memory?: unknown;
  readonly learnt?: Learnt;
  /** Default: what the access says. */
  readonly signal?: AbortSignal;
}

export function pollOnce(method: AccessMethod, asking: Asking = {}): Promise<PollAnswer> {
  const spec = access(method.method, asking.options ?? {}, asking.over);
  const request: PollRequest = {
    element: element(asking.element),
    access: spec,
    ...(asking.credential ? { credential: asking.credential } : {}),
    ...(asking.memory === undefined ? {} : { memory: JSON.parse(JSON.stringify(asking.memory)) as unknown }),
    ...(asking.learnt ? { learnt: asking.learnt } : {}),
  };
  return method.poll(request, asking.signal ?? AbortSignal.timeout(spec.timeoutMs));
}

/** The coded error of a poll that has to fail. */
export async function failureOf(poll: Promise<PollAnswer>): Promise<PtpError> {
  const outcome: unknown = await poll.catch((error: unknown) => error);
  if (outcome instanceof PtpError) return outcome;
  throw new Error(`expected a coded error, got ${outcome instanceof Error ? outcome.stack : JSON.stringify(outcome)}`);
}

/** Values of one metric by instance. */
export const valuesOf = (readings: readonly Reading[], metric: string): ReadonlyMap<string, Reading['value']> =>
  new Map(readings.filter((one) => one.metric === metric).map(({ instance, value }) => [instance, value]));

/** The value of a metric that has one. */
export function metricValue(readings: readonly Reading[], metric: string, instance = ''): Reading['value'] {
  const value = valuesOf(readings, metric).get(instance);
  if (value === undefined)
    throw new Error(`no ${metric} "${instance}" among ${readings.map((one) => one.metric).join(' ')}`);
  return value;
}
