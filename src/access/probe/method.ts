/** `ACCESS method="probe"`: whether something answers, how fast and how steadily, without asking it for values. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AccessMethod, AccessParts, PollRequest, Reading } from '../access.js';
import { untilAborted } from '../failure.js';
import { faultOf } from '../options.js';
import { tlsTrust } from '../tls.js';
import { dnsReadings, dnsTry } from './dns.js';
import { Ping } from './icmp.js';
import { measureTries } from './measure.js';
import { type ProbeSettings, probeLimitMs, probeSettings } from './settings.js';
import { tcpTry } from './tcp.js';
import { tlsReadings, tlsTry } from './tls.js';
import { makeTries } from './tries.js';

/** @param ping For tests; default the system's. */
export function createProbeMethod(parts: AccessParts, ping = new Ping(parts.env.clock)): AccessMethod {
  return {
    method: 'probe',
    async poll(request, signal) {
      const probe = probeSettings(request.element, request.access);
      const work = async () => {
        const address = await addressOf(probe.host);
        signal.throwIfAborted();
        return { readings: await pollProbe(probe, address, request, parts, ping, signal), events: [] };
      };
      return untilAborted(signal, probe.place, work, () => {});
    },
    tryLimitMs: (access) => probeLimitMs(access) ?? access.timeoutMs,
    check: (element, access) => [
      ...faultOf(() => probeSettings(element, access)),
      ...access.metrics.map(
        ({ name }) => `METRIC ${name} has no meaning with method="probe", which has values of its own`,
      ),
    ],
    close: async () => {},
  };
}

/** @throws What the system's resolver says. */
const addressOf = async (host: string): Promise<string> => (isIP(host) ? host : (await lookup(host)).address);

async function pollProbe(
  probe: ProbeSettings,
  address: string,
  { access }: PollRequest,
  { env: { clock }, configDir }: AccessParts,
  ping: Ping,
  signal: AbortSignal,
): Promise<readonly Reading[]> {
  const { instance, place, question } = probe;
  if (probe.kind === 'icmp') return measureTries(await ping.tries(probe, address, signal), instance).readings;
  if (probe.kind === 'tcp') {
    const tries = await makeTries(clock, probe, signal, tcpTry(clock, probe, address));
    return measureTries(tries, instance).readings;
  }
  if (question) {
    const tries = await makeTries(clock, probe, signal, dnsTry(clock, probe, question, address));
    const { readings, found } = measureTries(tries, instance);
    return [...readings, ...dnsReadings(found, instance)];
  }
  const trust = await tlsTrust(access, configDir);
  const tries = await makeTries(clock, probe, signal, tlsTry(clock, probe, trust, address));
  const { readings, found } = measureTries(tries, instance);
  return [...readings, ...tlsReadings(found, instance, place, clock.now())];
}
