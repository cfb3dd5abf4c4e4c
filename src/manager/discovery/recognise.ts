/** Tries one address of a network: whether something answers there, and what it is. */
import type { AccessMethod } from '../../access/access.js';
import type { Clock } from '../../base/env.js';
import type { Credential, DiscoverySettings, SearchWay } from '../../config/settings.js';
import type { AccessMethodName } from '../../model/element.js';
import { cleanText } from '../../xml/write.js';
import { tryAccess } from '../collector/try-access.js';
import { accessFor, elementAt } from './approved-element.js';
import type { Recognition } from './found.js';

const TIMEOUT_MS = 1500;
/** A question may be lost. */
const RETRIES = 1;
/** Times the timeout: a try takes four such times at most then, in which a device that answers is read as at a poll. */
const INTERVALS = 8;
const LONGEST_TEXT = 500;

export interface RecogniseParts {
  readonly clock: Clock;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  readonly credential: (id: string) => Credential | undefined;
  /** For one question and its answer; default 1.5 s. */
  readonly timeoutMs?: number;
}

export interface Tried {
  readonly recognition?: Recognition;
  /** What keeps this machine from trying in one of the ways. */
  readonly fault?: string;
}

/** Never rejects. Where SNMP answers, nothing else is tried. */
export async function recognise(
  address: string,
  { ways, credentials }: Pick<DiscoverySettings, 'ways' | 'credentials'>,
  parts: RecogniseParts,
  signal: AbortSignal,
): Promise<Tried> {
  const answers: string[] = [];
  let fault: string | undefined;
  const { timeoutMs = TIMEOUT_MS } = parts;
  for (const way of [...ways].sort((a, b) => Number(b.by === 'snmp') - Number(a.by === 'snmp'))) {
    // Without a credential the community is the usual one.
    const asked = way.by === 'snmp' && credentials.length > 0 ? credentials : [undefined];
    for (const id of asked) {
      if (signal.aborted) return {};
      const credential = id === undefined ? undefined : parts.credential(id);
      if (id !== undefined && !credential) continue;
      const access = accessFor(way, credential, { intervalMs: INTERVALS * timeoutMs, timeoutMs, retries: RETRIES });
      const once = way.by === 'icmp' ? { ...access, options: { ...access.options, count: '1' } } : access;
      const method = parts.methods.get(access.method);
      if (!method) continue;
      const request = { element: elementAt(address, [once]), access: once, ...(credential && { credential }) };
      const outcome = await tryAccess(method, request, parts.clock, signal);
      if (outcome.ok && way.by === 'snmp') {
        const { facts = {} } = outcome.answer;
        return {
          recognition: { ...factsOf(facts), answers: [wordOf(way)], ...(id !== undefined && { credential: id }) },
        };
      }
      if (outcome.ok) answers.push(wordOf(way));
      else if (outcome.error.code === 'Access.Settings') fault = outcome.error.message;
    }
  }
  return { ...(answers.length > 0 && { recognition: { answers } }), ...(fault !== undefined && { fault }) };
}

const wordOf = ({ by, port }: SearchWay): string => (port === undefined ? by : `${by}:${port}`);

function factsOf(facts: {
  readonly sysName?: string;
  readonly description?: string;
  readonly sysObjectId?: string;
  readonly type?: string;
  readonly vendor?: string;
  readonly model?: string;
}): Omit<Recognition, 'answers'> {
  const { sysName, description, sysObjectId, type, vendor, model } = facts;
  const said = { name: sysName, description, sysObjectId, type, vendor, model };
  return Object.fromEntries(
    Object.entries(said).flatMap(([name, text]) => (text ? [[name, cleanText(text.slice(0, LONGEST_TEXT))]] : [])),
  );
}
