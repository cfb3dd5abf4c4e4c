/** When a pool is at rest: one master, known to all, and every element polled by the one who is to have it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pause, type TrialPool } from './trial-pool.js';

export interface Rest {
  /** Default 90 s: managers that come back wait before they are given their own. */
  readonly withinMs?: number;
  /** Who is to own an element; undefined: whoever lives. Default its home, where that can. */
  readonly owner?: (element: string) => string | undefined;
  /** Run, and are not to own anything. */
  readonly idle?: readonly string[];
}

const LOOK_MS = 150;
/** A poll may come so much later than its interval says: the machine is not ours alone. */
const SLACK_MS = 250;

/** Waits until all is at rest. Rejects with what is not. @returns When it was. */
export async function settled(pool: TrialPool, what: string, rest: Rest = {}): Promise<number> {
  const { withinMs = 90_000 } = rest;
  const endMs = performance.now() + withinMs;
  for (;;) {
    const { fallen } = pool;
    if (fallen !== undefined) {
      const log = readFileSync(pool.logOf(fallen), 'utf8');
      throw new Error(`${what}: ${fallen} has ended by itself:\n${log.slice(-2000)}`);
    }
    const why = await unrest(pool, rest).catch((thrown: unknown) => String(thrown));
    if (why === undefined) return performance.now();
    if (performance.now() > endMs) {
      await noteViews(pool);
      throw new Error(`${what}: not at rest after ${withinMs / 1000} s: ${why}`);
    }
    await pause(LOOK_MS);
  }
}

/** What each manager makes of the pool, beside its log: for whoever looks for the reason. */
async function noteViews(pool: TrialPool): Promise<void> {
  for (const id of pool.running) {
    const view = await pool.assignments(id).catch((thrown: unknown) => String(thrown));
    writeFileSync(`${pool.logOf(id)}.view.json`, JSON.stringify(view, undefined, 1));
  }
}

/** Why it is not at rest, in words. */
async function unrest(pool: TrialPool, { owner: wanted, idle = [] }: Rest): Promise<string | undefined> {
  const awake = pool.running.filter((id) => !pool.isFrozen(id));
  const { master } = pool;
  if (master === undefined) return 'there is no master, or more than one';
  const strangers = awake.filter((id) => pool.watch.latest(id)?.master !== master);
  if (strangers.length > 0) return `${strangers} do not know that ${master} is master`;
  const { assignments, pool: state } = await pool.assignments(master);
  const able = awake.filter((id) => !idle.includes(id));
  const standings = new Map(state.members.map(({ id, standing }) => [id, standing]));
  // Where others may own what is at home there, it may wait for its return as long as it likes.
  const present = wanted ? ['alive', 'returning'] : ['alive'];
  const absent = able.find((id) => !present.includes(standings.get(id) ?? ''));
  if (absent !== undefined) return `${absent} is ${standings.get(absent) ?? 'no member'}`;
  const atHome = (element: string) => (able.includes(pool.homeOf(element)) ? pool.homeOf(element) : undefined);
  for (const element of pool.elements()) {
    const { owner, holder } = assignments.find((one) => one.element === `device/${element}`) ?? {};
    if (owner === undefined || !able.includes(owner)) return `${element} is owned by ${owner ?? 'nobody'}`;
    if (holder !== undefined) return `${element} is on its way from ${holder} to ${owner}`;
    const right = (wanted ?? atHome)(element);
    if (right !== undefined && owner !== right) return `${element} is still at ${owner} and not at ${right}`;
    const last = pool.polls(element).at(-1);
    const ageMs = performance.now() - (last?.atMs ?? 0);
    if (ageMs > 1.5 * pool.intervalMs + SLACK_MS) return `${element} was last polled ${Math.round(ageMs)} ms ago`;
    if (last?.by !== owner) return `${element} is polled by ${last?.by} and not by ${owner}`;
  }
  return undefined;
}
