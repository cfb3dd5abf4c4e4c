/** A DNS query of its own to one given server: neither the system's resolver nor its cache has a part in it. */
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { Reading } from '../access.js';
import { accessFailure, untilAborted } from '../failure.js';
import { hostPort } from '../options.js';
import { comparable, type DnsQuestion } from './dns-question.js';
import type { ProbeSettings } from './settings.js';
import type { TryOnce } from './tries.js';

/** Of all answers together, as of any text that is a value. */
const MOST_TEXT = 4096;
const SHOWN = 200;

/** One text for each answer, sorted: servers give them in turns. */
export type DnsFound = readonly string[];

/** @throws PtpError `Access.Content` when the answer is not the expected one, `Access.NotFound` when there is none. */
export const dnsTry =
  (clock: Clock, { port, place, limitMs }: ProbeSettings, question: DnsQuestion, address: string): TryOnce<DnsFound> =>
  async (signal) => {
    // One for each try: what it has learned, an answer or a slow server, is not for the next one.
    const resolver = new Resolver({ timeout: Math.max(1, Math.ceil(limitMs)), tries: 1 });
    resolver.setServers([hostPort(address, port)]);
    const startedMs = clock.monotonic();
    const ask = () =>
      answersOf(resolver, question).catch((thrown: unknown) => Promise.reject(dnsFailure(thrown, place)));
    const found = (await untilAborted(signal, place, ask, () => resolver.cancel())).toSorted();
    const delayMs = clock.monotonic() - startedMs;
    const given = found.map(comparable);
    if (!question.expected.every((one) => given.includes(one)))
      throw new PtpError(
        'Access.Content',
        `${place} answered ${cut(found.join(', '), SHOWN)}; expected was ${cut(question.expected.join(', '), SHOWN)}`,
      );
    return { delayMs, found };
  };

async function answersOf(resolver: Resolver, { name, record }: DnsQuestion): Promise<readonly string[]> {
  switch (record) {
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`);
    case 'PTR':
      return isIP(name) ? resolver.reverse(name) : resolver.resolvePtr(name);
    case 'SOA': {
      const { nsname, hostmaster, serial, refresh, retry, expire, minttl } = await resolver.resolveSoa(name);
      return [[nsname, hostmaster, serial, refresh, retry, expire, minttl].join(' ')];
    }
    case 'SRV': {
      const found = await resolver.resolveSrv(name);
      return found.map(({ priority, weight, port, name: target }) => `${priority} ${weight} ${port} ${target}`);
    }
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(''));
    case 'CAA': {
      const tags = ['issue', 'issuewild', 'iodef', 'contactemail', 'contactphone'] as const;
      const found = await resolver.resolveCaa(name);
      return found.map(
        (one) =>
          `${one.critical} ${tags.flatMap((tag) => (one[tag] === undefined ? [] : [`${tag} ${one[tag]}`])).join(' ')}`,
      );
    }
    default:
      return resolver.resolve(name, record);
  }
}

/** Codes of the resolver (RFC 1035 section 4.1.1 and its own), as what they mean for the server that was asked. */
function dnsFailure(thrown: unknown, place: string): PtpError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const failure = (kind: PtpError['code'], words: string) => new PtpError(kind, `${place} ${words}`, { cause: thrown });
  switch (code) {
    case 'ENOTFOUND':
      return failure('Access.NotFound', 'answered that there is no such name');
    case 'ENODATA':
      return failure('Access.NotFound', 'answered that the name has no such record');
    case 'EREFUSED':
      return failure('Access.Denied', 'refuses to answer this manager');
    case 'ESERVFAIL':
      return failure('Access.Protocol', 'answered that it failed (SERVFAIL)');
    case 'ENOTIMP':
    case 'EFORMERR':
      return failure('Access.Protocol', `answered that it does not understand the question (${code.slice(1)})`);
    case 'EBADRESP':
      return failure('Access.Protocol', 'answered with something that is not DNS');
    case 'EBADNAME':
    case 'EBADQUERY':
      return failure('Access.Settings', 'could not be asked; the query should be a name, such as www.example.com');
    case 'ETIMEOUT':
    case 'ECANCELLED':
      return failure('Access.Timeout', 'did not answer in time');
    default:
      return accessFailure(thrown, place);
  }
}

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}...` : text);

export const dnsReadings = (found: DnsFound, instance: string): Reading[] => [
  { metric: 'answers', instance, value: found.length, unit: '1' },
  {
    metric: 'answer',
    instance,
    value: found
      .join(', ')
      .replace(/\p{Cc}+/gu, ' ')
      .slice(0, MOST_TEXT),
    unit: '1',
  },
];
