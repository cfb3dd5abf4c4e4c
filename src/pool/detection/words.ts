/** Findings in words: for the ledger, the log and the person on call. */
import type { MemberId } from '../member.js';
import type { Connection, Outcome, Watched } from './state.js';

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  alive: 'says that it lives',
  paused: 'says that it is paused',
  mute: 'takes the connection and says nothing',
  refused: 'refuses the connection',
  reset: 'resets the connection',
  closed: 'closes the connection in mid-answer',
  nothing: 'does not answer',
};
const CONNECTIONS: Readonly<Record<Connection, string>> = { http: 'over HTTP', socket: 'over the socket' };

export const secondsOf = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `it refuses the connection over HTTP and over the socket; asked through em2 and em3 it does not answer`. */
export function roundInWords({ round, by, broke }: Watched, silentMs: number): string {
  const parts = [`no sign of life for ${secondsOf(silentMs)}`];
  if (broke) parts.push(broke === 'reset' ? 'its connection was reset' : 'its connection was closed');
  if (by.length === 0) parts.push('it cannot be called');
  if (!round) return parts.join('; ');
  const direct = grouped(round.direct).map(
    ([outcome, ways]) => `it ${outcome} ${and(ways.map((way) => CONNECTIONS[way]))}`,
  );
  const indirect = grouped<MemberId>(round.indirect).map(
    ([outcome, through]) => `asked through ${and(through)} it ${outcome}`,
  );
  return [...parts, ...direct, ...indirect].join('; ');
}

function grouped<Key extends string>(outcomes: ReadonlyMap<Key, Outcome | undefined>): [string, Key[]][] {
  const groups = new Map<string, Key[]>();
  for (const [key, outcome] of outcomes) {
    // What has not come in had no part in the finding.
    if (!outcome) continue;
    const words = OUTCOMES[outcome];
    groups.set(words, [...(groups.get(words) ?? []), key]);
  }
  return [...groups];
}

const and = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
