/** What a probe of kind dns asks, and which answer it expects. */
import { isIP } from 'node:net';
import { PtpError } from '../../base/errors.js';
import type { AccessSpec } from '../../model/element.js';

export const DNS_RECORDS = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT', 'CAA'] as const;
export type DnsRecord = (typeof DNS_RECORDS)[number];

export interface DnsQuestion {
  /** Of a PTR record an address, or the name below `in-addr.arpa`. */
  readonly name: string;
  readonly record: DnsRecord;
  /** Each has to be among the answers; none: any answer is good. Lower case, without a dot at the end. */
  readonly expected: readonly string[];
}

/** @throws PtpError `Access.Settings` */
export function dnsQuestion({ options: { query, record = 'A', answer } }: AccessSpec): DnsQuestion {
  const known = DNS_RECORDS.find((one) => one === record.toUpperCase());
  if (!known) throw settings(`record="${record}" should be one of ${DNS_RECORDS.join(', ')}`);
  if (query === undefined) throw settings('kind="dns" should have a query: the name to ask for');
  const isAddress = isIP(query) !== 0;
  if (isAddress && known !== 'PTR')
    throw settings(`query="${query}" should be a name; an address is asked for with record="PTR"`);
  if (!isAddress && !isHostName(query)) throw settings(`query="${query}" should be a name, such as www.example.com`);
  const expected = answer === undefined ? [] : answer.split(',').map(comparable);
  if (expected.includes(''))
    throw settings(`answer="${answer}" should be one or more answers with commas between them`);
  return { name: query, record: known, expected };
}

/** Names are the same in upper and lower case, with and without the dot of the root. */
export const comparable = (answer: string): string => answer.trim().toLowerCase().replace(/\.$/, '');

/** What may stand in a query or a handshake. */
export const isHostName = (text: string): boolean =>
  text.length <= 253 && /^(?:[\p{L}\p{Nd}_*]|[\p{L}\p{Nd}_*][\p{L}\p{Nd}_.-]*[\p{L}\p{Nd}_.])$/u.test(text);

const settings = (message: string): PtpError => new PtpError('Access.Settings', message);
