/**
 * `ACCESS method="snmp"`: the system group, interfaces by name, the METRICs of the access and of the device types that
 * the agent's sysObjectID names, and what it has of standard MIBs.
 */
import { PtpError } from '../../base/errors.js';
import type { Outer } from '../../base/time-limit.js';
import type { AccessSpec, ManagedElement } from '../../model/element.js';
import type { AccessMethod, AccessParts, ElementFacts, PollAnswer, PollRequest } from '../access.js';
import { untilAborted } from '../failure.js';
import { elementHost, faultOf } from '../options.js';
import { type Agent, agentOf, agentSettings } from './agent.js';
import { collectParts } from './collect/collect.js';
import { type CollectMemory, isFresh, NOTHING_KNOWN, remembered as rememberedParts } from './collect/memory.js';
import { settled } from './collect/settle.js';
import { TypeChoices } from './collect/type-parts.js';
import type { ToldFindings } from './findings.js';
import { readInterfaces } from './interfaces.js';
import { learntOf } from './learnt.js';
import { readMetrics, snmpMetricFault } from './metrics.js';
import { type NamesMemory, RowNames } from './row-names.js';
import type { Patience, SnmpSession } from './session.js';
import { Sessions } from './sessions.js';
import { present, readSystem, type SystemGroup } from './system.js';

/** The first request may take nearly the whole try, so that its own explanation comes before the caller's. */
const FIRST_PART = 0.95;
/** Later ones are asked again, with fewer rows. */
const LATER_PART = 0.2;
/** By how much more rows than last time are dared. */
const GROWTH = 1.25;
/** GETBULK is tried again after this where it could not be relied on: that may have been a bad moment, or an old version. */
const SINGLES_MS = 3_600_000;

/** Of the time for a whole try: what is read besides the interfaces and the element's own METRICs has to end by then. */
const PARTS_UNTIL = 0.8;
/** So much later all has to have ended, so that this says why before the caller ends the try. */
const ALL_AFTER = 0.15;

/** How far a device's clock may be off before that is taken for a restart. */
const RESTART_SLACK_MS = 300_000;

/** Kept between polls. What did not change is not written to disk again. */
interface SnmpMemory {
  /** See {@link BulkSize}. */
  readonly repetitions: number;
  /** Since when those are 0, wall clock. */
  readonly singlesMs?: number;
  /** When the device was started, wall clock. Only ever written anew when it was started again. */
  readonly startedMs?: number;
  readonly names: NamesMemory;
  readonly collect: CollectMemory;
  /** What was wrong with the agent's answers, and has been told. */
  readonly findings?: ToldFindings;
}

export function createSnmpMethod(parts: AccessParts): AccessMethod {
  const sessions = new Sessions(parts.env);
  const choices = new TypeChoices();
  const pollUntil = async (request: PollRequest, ending: Outer): Promise<PollAnswer> => {
    const agent = agentOf(request);
    let session: SnmpSession | undefined;
    const end = () => session?.fail(new Error('the poll was ended'));
    const ask = async () => {
      session = await sessions.open(agent, request.learnt);
      if (ending.aborted) end();
      return await readAll(session, request, parts, choices);
    };
    return untilAborted(ending, agent.place, ask, end);
  };
  return {
    method: 'snmp',
    poll: pollUntil,
    pollUntil,
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

async function readAll(
  session: SnmpSession,
  request: PollRequest,
  parts: AccessParts,
  choices: TypeChoices,
): Promise<PollAnswer> {
  const { access } = request;
  const { clock } = parts.env;
  const endMs = clock.monotonic() + PARTS_UNTIL * tryLimitMs(access);
  session.patience = patience(access.timeoutMs * FIRST_PART, 0);
  const system = await readSystem(session);
  const late = clock.after(endMs - clock.monotonic() + ALL_AFTER * tryLimitMs(access), () =>
    session.fail(tooMuch(session.agent.place, tryLimitMs(access))),
  );
  try {
    return await readRest(session, request, system, endMs, parts, choices);
  } finally {
    late.cancel();
  }
}

/** An agent that answers, but has no end, or is too slow for all that it has: it is not down. */
const tooMuch = (place: string, limitMs: number): PtpError =>
  new PtpError(
    'Access.TooLarge',
    `${place} answers, but not all that it is asked for within ${limitMs / 1000} s; timeout and interval have to be longer for it`,
  );

async function readRest(
  session: SnmpSession,
  { access, memory }: PollRequest,
  system: SystemGroup,
  endMs: number,
  parts: AccessParts,
  choices: TypeChoices,
): Promise<PollAnswer> {
  const { clock } = parts.env;
  session.patience = patience(access.timeoutMs * LATER_PART, 1);
  const nowMs = clock.now();
  const before = firstRepetitions(session.agent, memory, nowMs);
  const bulk = { repetitions: before.repetitions };
  const interfaces = await readInterfaces(session, bulk);
  const known = remembered(memory, system.uptimeMs === undefined ? undefined : nowMs - system.uptimeMs);
  const names = access.metrics.length > 0 ? new RowNames(known.names, interfaces.names, nowMs) : undefined;
  const own = names ? await readMetrics(session, access.metrics, bulk, names) : [];
  const { types, parts: wanted } = choices.of(parts.deviceTypes(), system.facts.sysObjectId ?? '', access.metrics);
  const collected = await collectParts(wanted, known.collect, {
    session,
    repetitions: bulk.repetitions,
    timeoutMs: access.timeoutMs * LATER_PART,
    leftMs: () => endMs - clock.monotonic(),
    nowMs,
    startedMs: known.startedMs,
    interfaces,
  });
  const found = session.findings.tell(known.findings, nowMs);
  const { readings, facts } = settled([own, ...collected.readings]);
  const type = (fact: 'vendor' | 'model' | 'type') => types.find((one) => one[fact] !== undefined)?.[fact];
  return {
    readings: system.readings.concat(interfaces.readings, readings, session.findings.readings),
    events: [...collected.events, ...found.events],
    facts: withKind(
      { ...system.facts, ...collected.facts },
      type('vendor'),
      type('model') ?? facts.model,
      type('type'),
    ),
    memory: memoryOf(memory, {
      repetitions: bulk.repetitions,
      singlesMs: bulk.repetitions === 0 ? (before.singlesMs ?? nowMs) : undefined,
      startedMs: known.startedMs,
      names: names?.memory ?? known.names,
      collect: collected.memory,
      findings: found.told,
    }),
    ...(session.engine && { learnt: learntOf(session.agent, session.engine, clock.monotonic()) }),
    effort: session.effort,
    ...(system.uptimeMs === undefined ? {} : { uptimeMs: system.uptimeMs }),
  };
}

function withKind(
  facts: { -readonly [Name in keyof ElementFacts]: ElementFacts[Name] },
  vendor: string | undefined,
  model: string | undefined,
  type: string | undefined,
): ElementFacts {
  if (vendor !== undefined) facts.vendor = vendor;
  if (model !== undefined) facts.model = model;
  if (type !== undefined) facts.type = type;
  return facts;
}

/** The very same as before where nothing is new. */
function memoryOf(before: unknown, now: SnmpMemory): Partial<SnmpMemory> {
  const isSame =
    isMemory(before) &&
    before.repetitions === now.repetitions &&
    before.singlesMs === now.singlesMs &&
    before.startedMs === now.startedMs &&
    before.names === now.names &&
    before.collect === now.collect &&
    before.findings === now.findings;
  return isSame ? before : present<SnmpMemory>(now);
}

/** After a restart of the device its rows may have other numbers and names. */
function remembered(
  memory: unknown,
  startedMs: number | undefined,
): Pick<SnmpMemory, 'names' | 'collect'> & { readonly startedMs: number | undefined; readonly findings: unknown } {
  const before = isMemory(memory) ? memory : undefined;
  const findings = before?.findings;
  const isSame =
    startedMs === undefined ||
    before?.startedMs === undefined ||
    Math.abs(startedMs - before.startedMs) <= RESTART_SLACK_MS;
  if (!before || !isSame) return { names: NO_NAMES, collect: NOTHING_KNOWN, startedMs, findings };
  return {
    names: before.names ?? NO_NAMES,
    collect: rememberedParts(before.collect),
    startedMs: before.startedMs ?? startedMs,
    findings,
  };
}

const NO_NAMES: NamesMemory = {};

const patience = (timeoutMs: number, resends: number): Patience => ({
  timeoutMs: Math.max(1, Math.floor(timeoutMs)),
  resends,
});

function firstRepetitions(
  { maxRepetitions }: Agent,
  memory: unknown,
  nowMs: number,
): Pick<SnmpMemory, 'repetitions' | 'singlesMs'> {
  const { repetitions: last, singlesMs } = isMemory(memory) ? memory : { repetitions: maxRepetitions };
  if (last > 0) return { repetitions: Math.min(maxRepetitions, Math.ceil(last * GROWTH)) };
  const isRecent = typeof singlesMs === 'number' && isFresh(singlesMs, nowMs, SINGLES_MS);
  return isRecent ? { repetitions: 0, singlesMs } : { repetitions: 1 };
}

/** What is within is looked at where it is used. */
const isMemory = (memory: unknown): memory is Partial<SnmpMemory> & Pick<SnmpMemory, 'repetitions'> =>
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
