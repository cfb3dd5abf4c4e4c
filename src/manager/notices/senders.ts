/** The way by which each destination is told. */
import type { Credential } from '../../access/access.js';
import { mailSender } from '../../access/notices/mail.js';
import type { NoticeSender, Outgoing } from '../../access/notices/sender.js';
import { SYSLOG_PORTS, syslogSender } from '../../access/notices/syslog.js';
import { webhookSender } from '../../access/notices/webhook.js';
import { hostPort } from '../../access/options.js';
import { PtpError } from '../../base/errors.js';
import type { Destination } from '../../config/settings.js';

/** Sends a trap; that of `TrapService`. @throws PtpError */
export type SendTrap = (outgoing: Outgoing, destination: Destination) => Promise<void>;

const TRAP_PORT = 162;

/** @throws PtpError `Access.Settings` where the destination cannot be told as it is configured. */
export function senderFor(
  destination: Destination,
  credential: Credential | undefined,
  sendTrap: SendTrap,
): NoticeSender {
  const { id, type, host = '', port, url, from, to = [], ca } = destination;
  if (destination.credential !== undefined && !credential)
    throw new PtpError('Access.Settings', `CREDENTIAL ${destination.credential} is not defined`);
  if (type === 'trap')
    return {
      place: `snmp ${hostPort(host, port ?? TRAP_PORT)}`,
      send: async (outgoing) => {
        await sendTrap(outgoing, destination);
        return undefined;
      },
    };
  if (type === 'syslog') return syslogSender({ ...syslogPlace(destination), ca });
  if (url === undefined) throw new PtpError('Access.Settings', `DESTINATION ${id} lacks its url`);
  return type === 'smtp' ? mailSender({ url, from, to, ca, credential }) : webhookSender({ url, ca, credential });
}

function syslogPlace({ id, host, port, url }: Destination) {
  if (url === undefined) return { over: 'udp', host: host ?? '', port: port ?? SYSLOG_PORTS.udp } as const;
  const parsed = new URL(url);
  const over = (['udp', 'tcp', 'tls'] as const).find((one) => parsed.protocol === `${one}:`);
  if (!over)
    throw new PtpError('Access.Settings', `url of DESTINATION ${id} should begin with udp://, tcp:// or tls://`);
  const name = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  return { over, host: name, port: parsed.port ? Number(parsed.port) : SYSLOG_PORTS[over] };
}
