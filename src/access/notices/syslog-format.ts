/** A notice as a message of syslog (RFC 5424), its severity as RFC 5674 has it. Pure. */
import type { Message } from '../../assess/notices/message.js';
import { cut, type Notice } from '../../assess/notices/notice.js';
import { headline, type Telling } from '../../assess/notices/wording.js';
import type { Severity } from '../../model/status.js';

/** `daemon` */
const FACILITY = 3;
/** RFC 5674 section 2: alert, critical, error, warning, notice. What is cleared is a notice. */
const SEVERITY: Readonly<Record<Severity, number>> = {
  critical: 1,
  major: 2,
  minor: 3,
  warning: 4,
  indeterminate: 5,
  cleared: 5,
};
/** The number is that of Net-SNMP's playground, in which this project's MIB stands, too. */
const SD_ID = 'ptpmgr@8072.9999.9999.8084';
const NIL = '-';
const MOST_PARAMETER = 255;
const BOM = '\ufeff';

/** @param host Of this machine. @param most Octets; what is longer is cut, between characters. */
export function syslogMessage(message: Message, telling: Telling, host: string, most: number): Buffer {
  const { content } = message;
  const [severity, name, at] =
    content.is === 'one'
      ? [content.notice.severity, content.notice.name, content.notice.at]
      : [content.all.worst, 'gathered', content.all.to];
  const text = headline(message);
  const head = [
    `<${FACILITY * 8 + SEVERITY[severity]}>1`,
    new Date(at).toISOString(),
    printable(host, 255),
    'ptpmgr',
    printable(telling.manager, 128),
    printable(name, 32),
    structured(message, telling),
  ].join(' ');
  // Section 6.4: with the mark it is UTF-8 for certain; many receivers show it, so ASCII goes without.
  const isAscii = /^[\x20-\x7e]*$/.test(text);
  return cutOctets(Buffer.from(`${head} ${isAscii ? '' : BOM}${text}`), most);
}

function structured({ id, content }: Message, { manager }: Telling): string {
  const parameters: readonly (readonly [name: string, value: string | number | undefined])[] =
    content.is === 'one'
      ? [['id', id], ...noticeParameters(content.notice)]
      : [
          ['id', id],
          ['kind', 'gathered'],
          ['manager', manager],
          ['worst', content.all.worst],
          ['count', content.all.count],
          ['names', content.all.names.counted.map(({ of, count }) => `${of}=${count}`).join(' ')],
          ['elements', content.all.elements.counted.map(({ of, count }) => `${of}=${count}`).join(' ')],
        ];
  const written = parameters.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${escaped(String(value))}"`],
  );
  return `[${SD_ID} ${written.join(' ')}]`;
}

const noticeParameters = (notice: Notice & { readonly behind?: { readonly elements: number } }) =>
  [
    ['kind', notice.kind],
    ['alarm', notice.alarm],
    ['change', notice.change],
    ['name', notice.name],
    ['severity', notice.severity],
    ['worst', notice.worst],
    ['element', notice.element],
    ['manager', notice.manager],
    ['since', notice.since === undefined ? undefined : new Date(notice.since).toISOString()],
    ['acknowledgedBy', notice.acknowledged?.by],
    ['behind', notice.behind?.elements],
  ] as const;

/** Section 6.3.3: a quote, a backslash and a closing bracket are escaped, and nothing else is. */
const escaped = (value: string): string =>
  cut(value, MOST_PARAMETER)
    .replace(/[\p{Cc}\u2028\u2029]/gu, '\ufffd')
    .replace(/["\\\]]/g, '\\$&');

/** PRINTUSASCII of the header. */
const printable = (text: string, most: number): string => text.replace(/[^\x21-\x7e]/g, '_').slice(0, most) || NIL;

function cutOctets(bytes: Buffer, most: number): Buffer {
  let end = Math.min(bytes.length, most);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
