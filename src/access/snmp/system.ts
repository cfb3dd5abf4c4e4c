/** The system group (RFC 3418) and the uptime, in one request: also the first sign that an agent answers. */
import type { ElementFacts, Reading } from '../access.js';
import type { VarBind } from './message/bindings.js';
import { STATUS } from './message/pdu.js';
import { AgentError, type SnmpSession } from './session.js';
import { numberOf, scalarOf } from './values.js';

const SYSTEM = '1.3.6.1.2.1.1';
const SYS_DESCR = `${SYSTEM}.1.0`;
const SYS_OBJECT_ID = `${SYSTEM}.2.0`;
const SYS_UP_TIME = `${SYSTEM}.3.0`;
const SYS_NAME = `${SYSTEM}.5.0`;
const SYS_LOCATION = `${SYSTEM}.6.0`;
/** snmpEngineTime (RFC 3411): seconds, for 68 years. */
const ENGINE_TIME = '1.3.6.1.6.3.10.2.1.3.0';

const ASKED = [SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME, SYS_NAME, SYS_LOCATION, ENGINE_TIME] as const;

/** sysUpTime counts hundredths of a second in 32 bits: it begins anew after 497 days. */
const UPTIME_WRAP_MS = 2 ** 32 * 10;
const ENGINE_SLACK_MS = 120_000;

export interface SystemGroup {
  readonly readings: readonly Reading[];
  readonly facts: ElementFacts;
  readonly uptimeMs: number | undefined;
}

/** @throws PtpError `Access.*` */
export async function readSystem(session: SnmpSession): Promise<SystemGroup> {
  return systemGroup(await getEach(session, ASKED));
}

/**
 * Values of scalars, in the order asked; undefined for what the agent does not have. SNMPv1 refuses a whole request
 * for one missing object, and some agents do so in v2c; then each is asked for alone.
 *
 * @throws PtpError `Access.*`
 */
export async function getEach(session: SnmpSession, oids: readonly string[]): Promise<(VarBind | undefined)[]> {
  const { habits } = session;
  if (oids.length > habits.values) return getParts(session, oids, habits.values);
  try {
    return await session.get(oids);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    const isTooBig = error.status === STATUS.TOO_BIG;
    if (oids.length === 1) {
      if (error.status !== STATUS.NO_SUCH_NAME && !isTooBig) session.noteRefused(error, oids[0] ?? '');
      return [undefined];
    }
    if (isTooBig) habits.tooMany(oids.length);
    return getParts(session, oids, isTooBig ? habits.values : 1);
  }
}

async function getParts(session: SnmpSession, oids: readonly string[], most: number): Promise<(VarBind | undefined)[]> {
  const answers: (VarBind | undefined)[] = [];
  for (let from = 0; from < oids.length; from += most)
    answers.push(...(await getEach(session, oids.slice(from, from + most))));
  return answers;
}

/** Pure: answers in the order of {@link ASKED}. */
function systemGroup(answers: readonly (VarBind | undefined)[]): SystemGroup {
  const at = (oid: (typeof ASKED)[number]) => answers[ASKED.indexOf(oid)];
  const text = (oid: (typeof ASKED)[number]): string | undefined => {
    const found = at(oid);
    const value = found && scalarOf(found);
    return value === undefined || value === '' ? undefined : String(value);
  };
  const upTime = at(SYS_UP_TIME);
  const hundredths = upTime === undefined ? undefined : numberOf(upTime);
  const readings: Reading[] = [];
  const add = (metric: string, value: Reading['value'] | undefined, unit: string) => {
    if (value !== undefined) readings.push({ metric, instance: '', value, unit });
  };
  add('sysDescr', text(SYS_DESCR), '1');
  add('sysObjectID', text(SYS_OBJECT_ID), '1');
  add('sysUpTime', hundredths === undefined ? undefined : Number(hundredths) / 100, 's');
  add('sysName', text(SYS_NAME), '1');
  add('sysLocation', text(SYS_LOCATION), '1');
  const engine = at(ENGINE_TIME);
  const engineSeconds = engine === undefined ? undefined : numberOf(engine);
  return {
    readings,
    facts: present({
      sysObjectId: text(SYS_OBJECT_ID),
      sysName: text(SYS_NAME),
      description: text(SYS_DESCR),
      location: text(SYS_LOCATION),
    }),
    uptimeMs: uptimeOf(
      hundredths === undefined ? undefined : Number(hundredths) * 10,
      engineSeconds === undefined ? undefined : Number(engineSeconds) * 1000,
    ),
  };
}

/**
 * sysUpTime is what IF-MIB's counters restart with (RFC 2863 section 3.1.5), but wraps; where snmpEngineTime began
 * with it, that tells how often it has.
 */
export function uptimeOf(sysUpTimeMs: number | undefined, engineTimeMs: number | undefined): number | undefined {
  if (sysUpTimeMs === undefined) return engineTimeMs;
  if (engineTimeMs === undefined) return sysUpTimeMs;
  const wraps = Math.round((engineTimeMs - sysUpTimeMs) / UPTIME_WRAP_MS);
  const unwrapped = sysUpTimeMs + wraps * UPTIME_WRAP_MS;
  return wraps > 0 && Math.abs(engineTimeMs - unwrapped) <= ENGINE_SLACK_MS ? unwrapped : sysUpTimeMs;
}

/** Leaves out what is undefined. What something has been deleted from would take several times the room. */
export function present<T extends object>(facts: Readonly<T>): Partial<T> {
  let isWhole = true;
  for (const key in facts) if (facts[key] === undefined) isWhole = false;
  if (isWhole) return facts;
  const kept: Partial<T> = {};
  for (const key in facts) if (facts[key] !== undefined) kept[key] = facts[key];
  return kept;
}
