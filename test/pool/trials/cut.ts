/** Packets are swallowed: all of one manager, those of one direction, those between two halves of the pool. */
import { settled } from '../rest.js';
import { Findings, type Trial, type TrialSettings, withPool } from '../trial.js';
import { pause, type TrialPool } from '../trial-pool.js';
import { untilPolledByOthers } from './kill.js';

const INTERVAL_MS = 500;
const WATCH_MS = 50;
/** Twice two leases, after which a manager calls itself cut off. */
const CUT_MS = 8_000;

/** All that one manager sends and is sent is lost. Half of the times it is the master. */
export const silence: Trial = (settings) =>
  each(settings, 'silence', async (pool, time, findings) => {
    const isMaster = time % 2 === 0;
    const victim = pool.ems.find((id) => (id === pool.master) === isMaster) ?? '';
    const sinceMs = performance.now();
    for (const other of [...pool.ids, 'agents']) {
      if (other === victim) continue;
      settings.network.swallow(victim, other);
      if (other !== 'agents') settings.network.swallow(other, victim);
    }
    const tookMs = await untilPolledByOthers(pool, pool.elements(victim), victim, sinceMs);
    findings.time(`until all of a silent ${isMaster ? 'master' : 'secondary'} is polled by others`, tookMs);
    settings.say(`${time}. ${victim}${isMaster ? ', the master,' : ''} falls silent: ${Math.round(tookMs)} ms`);
    await pause(3_000);
    await heal(settings, pool, findings);
  });

/** What one manager says, or what it is told, is lost; each way in turn, for a secondary and for the master. */
export const oneWay: Trial = (settings) =>
  each(settings, 'one-way', async (pool, time, findings) => {
    const isMaster = time % 4 >= 2;
    const says = time % 2 === 0;
    const victim = pool.ems.find((id) => (id === pool.master) === isMaster) ?? '';
    const sinceMs = performance.now();
    for (const other of pool.ids) {
      if (other === victim) continue;
      if (says) settings.network.swallow(victim, other);
      else settings.network.swallow(other, victim);
    }
    const name = `${time}. what ${victim}${isMaster ? ', the master,' : ''} ${says ? 'says' : 'is told'} is lost`;
    await pause(12_000);
    watched(pool, name, sinceMs, findings);
    settings.say(name);
    await heal(settings, pool, findings);
  });

/** Two managers without the rest; every second time the master is one of the two. */
export const partition: Trial = (settings) =>
  each(settings, 'partition', async (pool, time, findings) => {
    const { master = '' } = pool;
    const others = pool.ems.filter((id) => id !== master);
    const few = time % 2 === 0 ? [master, ...others.slice(0, 1)] : others.slice(0, 2);
    await cutInTwo(pool, few, `${time}. ${few.join(' and ')}`, settings, findings);
  });

/** Some managers without the rest, who are the majority; until all is well again. */
export async function cutInTwo(
  pool: TrialPool,
  few: readonly string[],
  what: string,
  settings: TrialSettings,
  findings: Findings,
): Promise<void> {
  const most = pool.ids.filter((id) => !few.includes(id));
  const name = `${what} without ${most.join(', ')}`;
  const sinceMs = performance.now();
  for (const one of few)
    for (const other of most) {
      settings.network.swallow(one, other);
      settings.network.swallow(other, one);
    }
  const owned = few.flatMap((id) => pool.elements(id));
  const tookMs = await untilTaken(pool, owned, few, sinceMs);
  findings.time('until the others poll what is cut off', tookMs);
  await pause(Math.max(0, sinceMs + CUT_MS - performance.now()));
  for (const id of few) await staysInItsPlace(pool, id, name, sinceMs, findings);
  watched(pool, name, sinceMs, findings);
  settings.say(`${name}: ${Math.round(tookMs)} ms`);
  await heal(settings, pool, findings);
}

async function each(
  settings: TrialSettings,
  name: string,
  work: (pool: TrialPool, time: number, findings: Findings) => Promise<void>,
): ReturnType<Trial> {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS } = settings;
  for (let time = 1; time <= settings.times; time += 1)
    await withPool(settings, `${name}-${time}`, { intervalMs, watchMs: WATCH_MS }, findings, async (pool) => {
      await settled(pool, 'at the start');
      await pause(1000 + Math.random() * 1000);
      await work(pool, time, findings);
    });
  return findings.result;
}

/** All packets arrive again: nobody polls what is another's for longer than it takes to be told, and all goes home. */
async function heal({ network }: TrialSettings, pool: TrialPool, findings: Findings): Promise<void> {
  const healedMs = performance.now();
  network.heal();
  findings.time('until all is at home after it is over', (await settled(pool, 'after it is over')) - healedMs);
  await pause(3 * pool.intervalMs);
  const fromMs = performance.now() - 2 * pool.intervalMs;
  for (const element of pool.elements()) {
    const by = new Set(pool.polls(element).flatMap((one) => (one.atMs > fromMs ? [one.by] : [])));
    if (by.size !== 1) findings.fault(`${element} is polled by ${[...by].join(' and ') || 'nobody'} after it is over`);
  }
}

/** Cut off: polls on what is its own, takes nothing over, and says so. */
async function staysInItsPlace(
  pool: TrialPool,
  id: string,
  name: string,
  sinceMs: number,
  findings: Findings,
): Promise<void> {
  for (const element of pool.elements()) {
    const own = pool.polls(element).filter((one) => one.by === id && one.atMs > sinceMs);
    const isHome = pool.homeOf(element) === id;
    if (!isHome && own.length > 0) findings.fault(`${name}: ${id} took ${element} over`);
    const ageMs = performance.now() - (own.at(-1)?.atMs ?? 0);
    if (isHome && ageMs > 2 * pool.intervalMs) findings.fault(`${name}: ${id} does not poll its ${element} any more`);
  }
  const { pool: state } = await pool.assignments(id);
  if (!state.cutOff) findings.fault(`${name}: ${id} does not say that it is cut off`);
  if (pool.watch.latest(id)?.poolRole === 'master') findings.fault(`${name}: ${id} says that it is master`);
}

/** No element was without polls for longer than the bar for a silent loss. */
function watched(pool: TrialPool, name: string, sinceMs: number, findings: Findings): void {
  for (const element of pool.elements()) {
    const times = [sinceMs, ...pool.polls(element).flatMap(({ atMs }) => (atMs > sinceMs ? [atMs] : []))];
    times.push(performance.now());
    const longestMs = times.reduce((longest, atMs, at) => Math.max(longest, atMs - (times[at - 1] ?? atMs)), 0);
    if (longestMs > 5_000 + pool.intervalMs)
      findings.fault(`${name}: nobody polled ${element} for ${Math.round(longestMs)} ms`);
  }
}

async function untilTaken(
  pool: TrialPool,
  elements: readonly string[],
  not: readonly string[],
  sinceMs: number,
): Promise<number> {
  for (;;) {
    const firsts = elements.map((one) => pool.polls(one).find(({ atMs, by }) => atMs > sinceMs && !not.includes(by)));
    if (firsts.every((one) => one !== undefined)) return Math.max(...firsts.map((one) => (one?.atMs ?? 0) - sinceMs));
    if (performance.now() > sinceMs + 30_000)
      throw new Error(`30 s after ${not.join(' and ')} were cut off nobody has taken over`);
    await pause(20);
  }
}
