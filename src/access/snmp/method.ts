/**
 * `ACCESS method="snmp"`: the system group, interfaces by name, and the METRICs of the access and of the device type
 * that the agent's sysObjectID names.
 */
import { findDeviceType } from '../../config/device-types.js';
import type { AccessSpec, ManagedElement } from '../../model/element.js';
import type { AccessMethod, AccessParts, ElementFacts, PollAnswer, PollRequest } from '../access.js';
import { untilAborted } from '../failure.js';
import { elementHost, faultOf } from '../options.js';
import { type Agent, agentOf, agentSettings } from './agent.js';
import { readInterfaces } from './interfaces.js';
import { readMetrics, snmpMetricFault } from './metrics.js';
import type { Patience, SnmpSession } from './session.js';
import { Sessions } from './sessions.js';
import { present, readSystem } from './system.js';

/** The first request may take nearly the whole try, so that its own explanation comes before the caller's. */
const FIRST_PART = 0.95;
/** Later ones are asked again, with fewer rows. */
const LATER_PART = 0.2;
/** By how much more rows than last time are dared. */
const GROWTH = 1.25;

/** Kept between polls. */
interface SnmpMemory {
  readonly repetitions: number;
}

export function createSnmpMethod(parts: AccessParts): AccessMethod {
  const sessions = new Sessions(parts.env);
  return {
    method: 'snmp',
    async poll(request, signal) {
      const agent = agentOf(request);
      let session: SnmpSession | undefined;
      const end = () => session?.fail(new Error('the poll was ended'));
      const ask = async () => {
        session = await sessions.open(agent);
        if (signal.aborted) end();
        return await readAll(session, request, parts);
      };
      return untilAborted(signal, agent.place, ask, end);
    },
    tryLimitMs,
    check: checkSnmp,
    async counts() {
      const { counts, waiting } = sessions.poller;
      const dropped = await sessions.poller.drops();
      return { ...counts, waiting, ...(dropped !== undefined && { dropped }) };
    },
    async close() {
      sessions.close();
    },
  };
}

async function readAll(session: SnmpSession, request: PollRequest, parts: AccessParts): Promise<PollAnswer> {
  const { timeoutMs, metrics } = request.access;
  session.patience = patience(timeoutMs * FIRST_PART, 0);
  const system = await readSystem(session);
  session.patience = patience(timeoutMs * LATER_PART, 1);
  const bulk = { repetitions: firstRepetitions(session.agent, request.memory) };
  const type = system.facts.sysObjectId ? findDeviceType(parts.deviceTypes(), system.facts.sysObjectId) : undefined;
  const facts: ElementFacts = present({ ...system.facts, vendor: type?.vendor, model: type?.model, type: type?.type });
  const interfaces = await readInterfaces(session, bulk);
  const own = new Set(metrics.map(({ name }) => name));
  const wanted = [...metrics, ...(type?.metrics ?? []).filter(({ name }) => !own.has(name))];
  const values = await readMetrics(session, wanted, bulk);
  const memory: SnmpMemory = { repetitions: bulk.repetitions };
  return {
    readings: [...system.readings, ...interfaces, ...values],
    events: [],
    facts,
    memory,
    ...(system.uptimeMs === undefined ? {} : { uptimeMs: system.uptimeMs }),
  };
}

const patience = (timeoutMs: number, resends: number): Patience => ({
  timeoutMs: Math.max(1, Math.floor(timeoutMs)),
  resends,
});

function firstRepetitions({ maxRepetitions }: Agent, memory: unknown): number {
  const last = isMemory(memory) ? memory.repetitions : maxRepetitions;
  return Math.max(1, Math.min(maxRepetitions, Math.ceil(last * GROWTH)));
}

const isMemory = (memory: unknown): memory is SnmpMemory =>
  typeof memory === 'object' && memory !== null && 'repetitions' in memory && Number.isSafeInteger(memory.repetitions);

/** A table is many requests, each of which is bounded by the timeout. All tries together stay within the interval. */
const tryLimitMs = ({ intervalMs, timeoutMs, retries }: AccessSpec): number =>
  Math.max(timeoutMs, Math.min(intervalMs / (retries + 1), 4 * timeoutMs));

function checkSnmp(element: ManagedElement, access: AccessSpec): readonly string[] {
  return [
    ...faultOf(() => agentSettings(elementHost(element), access)),
    ...access.metrics.flatMap((metric) => snmpMetricFault(metric) ?? []),
  ];
}
