/**
 * Mail by SMTP (RFC 5321), with TLS from the beginning (`smtps://`) or by STARTTLS where the server offers it (RFC 3207).
 * Who logs in takes TLS for granted: without it the password would be there for all to read.
 */
import { createTransport } from 'nodemailer';
import type { Message } from '../../assess/notices/message.js';
import { headline, plainText, type Telling } from '../../assess/notices/wording.js';
import { PtpError } from '../../base/errors.js';
import { isLoopback } from '../../config/quantities.js';
import type { Credential } from '../access.js';
import { accessFailure, untilAborted } from '../failure.js';
import { hostPort } from '../options.js';
import { LEAST_TLS, type NoticeSender, trustOf } from './sender.js';

export interface MailOptions {
  /** `smtp://host:port` or `smtps://host:port`. */
  readonly url: string;
  readonly from: string | undefined;
  readonly to: readonly string[];
  readonly ca: string | undefined;
  readonly credential: Credential | undefined;
}

/** Of each step; the signal ends the whole. */
const STEP_MS = 10_000;
const PORTS: Readonly<Record<string, number>> = { 'smtp:': 25, 'smtps:': 465 };

/** @throws PtpError `Access.Settings` */
export function mailSender({ url: text, from, to, ca, credential }: MailOptions): NoticeSender {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const usual = url && PORTS[url.protocol];
  if (!url || usual === undefined)
    throw new PtpError('Access.Settings', 'url of type="smtp" should begin with smtp:// or smtps://');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port ? Number(url.port) : usual;
  const place = `${url.protocol}//${hostPort(host, port)}`;
  const isSecure = url.protocol === 'smtps:';
  return {
    place,
    async send({ message, telling, host: own }, signal) {
      const trust = await trustOf(ca);
      const transport = createTransport({
        host,
        port,
        secure: isSecure,
        name: own,
        requireTLS: !isSecure && credential !== undefined && !isLoopback(host) && host !== 'localhost',
        tls: { ...trust, minVersion: LEAST_TLS },
        ...(credential && { auth: { user: credential.user ?? '', pass: credential.password ?? '' } }),
        connectionTimeout: STEP_MS,
        greetingTimeout: STEP_MS,
        socketTimeout: STEP_MS,
        dnsTimeout: STEP_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const mail = mailOf(message, telling, { own, from, to });
      const sent = await untilAborted(
        signal,
        place,
        () =>
          transport.sendMail(mail).catch((thrown: unknown) => {
            throw mailFailure(thrown, place);
          }),
        () => transport.close(),
      ).finally(() => transport.close());
      const { rejected } = sent;
      return rejected.length > 0 ? `${place} does not take mail for ${rejected.join(', ')}` : undefined;
    },
  };
}

/** Addresses and ids go in as they are: the configuration and {@link idPart} leave nothing in them that ends a header. */
function mailOf(
  message: Message,
  telling: Telling,
  { own, from, to }: { readonly own: string; readonly from: string | undefined; readonly to: readonly string[] },
) {
  const { content } = message;
  const domain = idPart(own);
  const notice = content.is === 'one' ? content.notice : undefined;
  const worst = content.is === 'one' ? content.notice.severity : content.all.worst;
  const thread = notice?.alarm && { references: [`<alarm-${idPart(notice.alarm)}@${domain}>`] };
  return {
    from: { name: `ptpmgr ${telling.manager}`, address: from ?? `ptpmgr@${domain}` },
    to: to.map((address) => ({ name: '', address })),
    subject: headline(message),
    text: plainText(message, telling),
    date: new Date(telling.nowMs),
    // The same alarm, told to several, or several times, is one thread; the same message has the same id each time.
    messageId: `<${idPart(message.id)}.${idPart(telling.destination)}@${domain}>`,
    ...thread,
    priority: worst === 'critical' || worst === 'major' ? ('high' as const) : ('normal' as const),
    // RFC 3834: whoever is on holiday need not tell a machine.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

const idPart = (text: string): string => text.replace(/[^A-Za-z0-9._-]/g, '_') || '_';

function mailFailure(thrown: unknown, place: string): PtpError {
  const code = ofError(thrown, 'code');
  const status = Number(ofError(thrown, 'responseCode'));
  const said = Number.isInteger(status) && status > 0 ? ` (${status})` : '';
  if (code === 'EAUTH')
    return new PtpError('Access.Denied', `${place} does not accept user and password${said}`, { cause: thrown });
  if (code === 'ETLS')
    return new PtpError('Access.Protocol', `${place} offers no TLS that can be trusted, which logging in takes`, {
      cause: thrown,
    });
  if (code === 'EENVELOPE')
    return new PtpError('Access.Denied', `${place} does not take mail from this sender to these receivers${said}`, {
      cause: thrown,
    });
  if (code === 'EMESSAGE' && status >= 500)
    return new PtpError('Access.Content', `${place} does not take this mail${said}`, { cause: thrown });
  if (said) return new PtpError('Access.Refused', `${place} cannot take mail now${said}`, { cause: thrown });
  return accessFailure(thrown, place);
}

const ofError = (thrown: unknown, name: string): unknown =>
  thrown instanceof Error ? Reflect.get(thrown, name) : undefined;
