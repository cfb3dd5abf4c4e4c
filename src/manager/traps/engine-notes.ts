/**
 * What the store keeps of engines: how often this manager's own has started, and the clocks of those that send traps, so
 * that neither a start of this manager nor one of theirs lets an old message through.
 */
import type { SendingEngines } from '../../access/snmp/traps/senders.js';
import type { EngineState } from '../../access/snmp/usm/engine.js';
import type { Clock } from '../../base/env.js';
import type { Store } from '../../store/store.js';

type Notes = Pick<Store, 'getNote' | 'putNote'>;

const STARTS = 'snmpEngineBoots';
const SENDERS = 'trapSenders';
/** RFC 3414 section 2.2.2: one more, and the engine is of no use any more. */
const MOST_STARTS = 2_147_483_646;

/**
 * Counts a start of the manager's own engine; on disk before anybody is told.
 *
 * @param incarnation Rises with every start by one or more, so where the count was lost it is as large at least.
 */
export async function countEngineStart(notes: Notes, incarnation: number): Promise<number> {
  const before = Number((await notes.getNote(STARTS)) ?? Number.NaN);
  const starts = Math.min(MOST_STARTS, Number.isSafeInteger(before) && before > 0 ? before + 1 : incarnation);
  await notes.putNote(STARTS, String(starts));
  return starts;
}

/** Writes the clocks of senders down, if there is anything new. */
export async function noteSenders(notes: Notes, senders: SendingEngines, clock: Clock): Promise<void> {
  const engines = senders.news(clock.monotonic());
  if (engines) await notes.putNote(SENDERS, JSON.stringify({ savedMs: clock.now(), engines }));
}

/** What cannot be read counts as nothing. */
export async function recallSenders(notes: Notes, senders: SendingEngines, clock: Clock): Promise<void> {
  const note = parse(await notes.getNote(SENDERS));
  if (!note) return;
  const sinceMs = Math.max(0, clock.now() - note.savedMs);
  senders.recall(
    note.engines.map((one) => ({ ...one, ageMs: (one.ageMs ?? 0) + sinceMs })),
    clock.monotonic(),
  );
}

function parse(text: string | undefined): { savedMs: number; engines: readonly EngineState[] } | undefined {
  if (text === undefined) return undefined;
  try {
    const { savedMs, engines } = JSON.parse(text);
    return typeof savedMs === 'number' && Array.isArray(engines) ? { savedMs, engines } : undefined;
  } catch {
    return undefined;
  }
}
