/** `ACCESS method="ftp"`: a log on an FTP or FTPS server, only what is new on each poll. */
import type { AccessMethod, AccessParts, PollAnswer, PollRequest } from '../access.js';
import { untilAborted } from '../failure.js';
import { logFaults, pollLog } from '../log/log-answer.js';
import { logPatternFaults } from '../log/log-patterns.js';
import { faultOf, flagOption } from '../options.js';
import { tlsTrust } from '../tls.js';
import { type FtpAddress, ftpAddress } from './address.js';
import { FtpConnection } from './connection.js';
import { ftpLogSource } from './log-source.js';

export function createFtpMethod(parts: AccessParts): AccessMethod {
  return {
    method: 'ftp',
    async poll(request, signal) {
      const address = ftpAddress(request.element, request.access);
      const trust = await tlsTrust(request.access, parts.configDir);
      const connection = new FtpConnection(address, request.credential, trust, request.access.timeoutMs);
      try {
        return await untilAborted(
          signal,
          address.place,
          () => pollFtp(connection, address, request, parts),
          () => connection.end(),
        );
      } finally {
        connection.end();
      }
    },
    check: (element, access) => [
      ...faultOf(() => ftpAddress(element, access)),
      ...faultOf(() => flagOption(access, 'insecure', false)),
      ...logFaults(access),
      ...logPatternFaults(access),
    ],
    close: async () => {},
  };
}

async function pollFtp(
  connection: FtpConnection,
  address: FtpAddress,
  request: PollRequest,
  { env }: AccessParts,
): Promise<PollAnswer> {
  const startedMs = env.clock.monotonic();
  await connection.enter();
  const responseMs = Math.round((env.clock.monotonic() - startedMs) * 100) / 100;
  const responseTime = { metric: 'responseTime', instance: '', value: responseMs, unit: 'ms' };
  if (address.path === undefined) return { readings: [responseTime], events: [] };
  const answer = await pollLog(ftpLogSource(connection, address, address.path), request);
  return { ...answer, readings: [responseTime, ...answer.readings] };
}
