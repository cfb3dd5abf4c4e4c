/**
 * Whether a manager was the master when it was stopped in order: then it comes first among those of its priority, so that
 * a restart changes as little as it can. That once in ten minutes (SPEC 6, "Election"): one that is stopped again and
 * again would unsettle the pool each time.
 */
import type { Env } from '../../base/env.js';
import type { Store } from '../../store/store.js';

const NOTE = 'was master';
const ONCE_IN_MS = 600_000;

interface Note {
  readonly isDue: boolean;
  /** Wall clock; 0 for never. */
  readonly usedMs: number;
}

type Notes = Pick<Store, 'getNote' | 'putNote'>;

/** Used up by being asked for. */
export async function takeWasMaster(store: Notes, { clock }: Pick<Env, 'clock'>): Promise<boolean> {
  const { isDue, usedMs } = await noteOf(store);
  if (!isDue) return false;
  const isFree = Math.abs(clock.now() - usedMs) >= ONCE_IN_MS;
  await write(store, { isDue: false, usedMs: isFree ? clock.now() : usedMs });
  return isFree;
}

/** To be noted when a master is about to end in order. */
export async function noteMaster(store: Notes): Promise<void> {
  const { usedMs } = await noteOf(store);
  await write(store, { isDue: true, usedMs });
}

async function noteOf(store: Notes): Promise<Note> {
  const [due, used] = (await store.getNote(NOTE))?.split(' ') ?? [];
  const usedMs = Number(used);
  return { isDue: due === 'due', usedMs: Number.isFinite(usedMs) ? usedMs : 0 };
}

const write = (store: Notes, { isDue, usedMs }: Note): Promise<void> =>
  store.putNote(NOTE, `${isDue ? 'due' : 'used'} ${usedMs}`);
