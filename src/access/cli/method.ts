/** `ACCESS method="cli"`: commands at a device's command line over SSH or Telnet, and values in what they print. */
import type { AccessSpec } from '../../model/element.js';
import type { AccessMethod, AccessParts, PollAnswer, PollRequest } from '../access.js';
import { regexReadings } from '../document.js';
import { untilAborted } from '../failure.js';
import { logPatternFaults } from '../log/log-patterns.js';
import { newEvents } from '../log/new-events.js';
import { faultOf } from '../options.js';
import { cliTarget, commandFaults } from './address.js';
import { type CliMemory, cliMemory } from './memory.js';
import { PrivateKeys } from './private-keys.js';
import { redaction } from './redact.js';
import { CliSession } from './session.js';

/** Of the whole try, at most for a step: its own explanation comes before the caller's. */
const STEP_PART = 0.95;
/** Connecting, beginning a session, and both again where single commands are not taken. */
const STEPS_BEFORE = 4;

export function createCliMethod(parts: AccessParts): AccessMethod {
  const keys = new PrivateKeys();
  return {
    method: 'cli',
    async poll(request, signal) {
      const target = cliTarget(request.element, request.access, parts.configDir);
      const memory = cliMemory(request.memory);
      const session = new CliSession(target, request.credential, parts.env.clock, {
        keys,
        limitMs: Math.min(request.access.timeoutMs, tryLimitMs(request.access) * STEP_PART),
        needsShell: memory.session === 'shell',
      });
      try {
        return await untilAborted(
          signal,
          target.place,
          () => pollCli(session, request, memory, parts),
          () => session.end(),
        );
      } finally {
        session.end();
      }
    },
    tryLimitMs,
    check: (element, access) => [
      ...faultOf(() => cliTarget(element, access, parts.configDir)),
      ...commandFaults(access),
      ...logPatternFaults(access),
    ],
    close: () => keys.close(),
  };
}

/** Each step is bounded by the timeout. All tries together stay within the interval. */
const tryLimitMs = ({ intervalMs, timeoutMs, retries, commands }: AccessSpec): number =>
  Math.max(timeoutMs, Math.min(intervalMs / (retries + 1), (STEPS_BEFORE + commands.length) * timeoutMs));

async function pollCli(
  session: CliSession,
  { access, credential }: PollRequest,
  before: CliMemory,
  { env }: AccessParts,
): Promise<PollAnswer> {
  const { place } = session.target;
  const hidden = redaction([credential?.password, credential?.enablePassword, credential?.passphrase]);
  const startedMs = env.clock.monotonic();
  const outputs = await session.run(access.commands, hidden);
  const responseMs = Math.round(((session.enteredMs ?? startedMs) - startedMs) * 100) / 100;
  const text = outputs.join('\n');
  const { events, seen } = newEvents(text, access, place, before.seen);
  const { hostKey } = session;
  const isOther = session.target.insecure && before.hostKey !== undefined && before.hostKey !== hostKey;
  const memory: CliMemory = {
    ...(session.isShellNeeded ? { session: 'shell' } : {}),
    ...(session.target.insecure && hostKey ? { hostKey } : {}),
    ...(seen.length > 0 ? { seen } : {}),
  };
  return {
    readings: [
      { metric: 'responseTime', instance: '', value: responseMs, unit: 'ms' },
      ...regexReadings(text, access.metrics, place),
    ],
    events: isOther ? [otherHost(place, before.hostKey, hostKey), ...events] : events,
    memory,
  };
}

const otherHost = (
  place: string,
  before: string | undefined,
  now: string | undefined,
): PollAnswer['events'][number] => ({
  severity: 'warning',
  name: 'hostKeyChanged',
  text: `${place} shows the host key ${now ?? ''} and had ${before ?? ''} before`,
  source: place,
});
