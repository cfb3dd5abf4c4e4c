/** SIGSTOP: a long one is taken over from and yields when it goes on; short ones, and a busy machine, change nothing. */
import { join } from 'node:path';
import { whileBusy } from '../burner.js';
import { settled } from '../rest.js';
import { Findings, type Trial, withPool } from '../trial.js';
import { pause, type TrialPool } from '../trial-pool.js';
import { untilPolledByOthers } from './kill.js';
import { QUIET_MS } from './planned-move.js';

const INTERVAL_MS = 500;
const HEARTBEAT_MS = 500;
const FROZEN_MS = 30_000;
/** Nothing returns earlier to who was taken over from, so whatever it polls in this time is not its own. */
const NOTHING_RETURNS_MS = 4_000;

/** Half of the times the master is frozen. */
export const freeze: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS } = settings;
  for (let time = 1; time <= settings.times; time += 1) {
    await withPool(settings, `freeze-${time}`, { intervalMs }, findings, async (pool) => {
      await settled(pool, 'at the start');
      await pause(Math.random() * 1000);
      const isMaster = time % 2 === 0;
      const victim = pool.ems.find((id) => (id === pool.master) === isMaster) ?? '';
      const name = `${time}. ${victim}${isMaster ? ', the master,' : ''} is frozen`;
      const elements = pool.elements(victim);
      const frozenMs = pool.freeze(victim);
      const tookMs = await untilPolledByOthers(pool, elements, victim, frozenMs);
      findings.time(`until all of a frozen ${isMaster ? 'master' : 'secondary'} is polled by others`, tookMs);
      await settled(pool, name);
      await pause(Math.max(0, frozenMs + FROZEN_MS - performance.now()));
      const thawedMs = pool.thaw(victim);
      await pause(NOTHING_RETURNS_MS);
      const own = elements.flatMap((one) => pool.polls(one)).filter(({ by, atMs }) => by === victim && atMs > thawedMs);
      const late = own.filter(({ atMs }) => atMs > thawedMs + HEARTBEAT_MS);
      findings.count('polls of a thawed manager within a heartbeat', own.length - late.length);
      findings.count('polls of a thawed manager later than that', late.length);
      if (own.length > 0)
        findings.time('last poll of a thawed manager', Math.max(...own.map((one) => one.atMs)) - thawedMs);
      if (late.length > 0) findings.fault(`${name}: ${late.length} polls later than a heartbeat after it went on`);
      findings.time('until all is back home', (await settled(pool, `${name} and goes on`)) - thawedMs);
      settings.say(`${name} for 30 s: ${Math.round(tookMs)} ms, ${own.length} polls afterwards`);
    });
  }
  return findings.result;
};

/** From 0.3 to 0.9 s, one manager after the other. */
export const stumble: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS } = settings;
  await withPool(settings, 'stumble', { intervalMs }, findings, async (pool) => {
    await settled(pool, 'at the start');
    for (let time = 1; time <= settings.times; time += 1) {
      const victim = pool.ids[time % pool.ids.length] ?? '';
      const forMs = 300 + ((time * 7) % 13) * 50;
      const name = `${time}. ${victim}${pool.master === victim ? ', the master,' : ''} is frozen for ${forMs} ms`;
      await stumbles(pool, victim, forMs, name, findings);
    }
    await settled(pool, 'at the end');
  });
  return findings.result;
};

/** SIGSTOP and SIGCONT. */
export async function stumbles(
  pool: TrialPool,
  victim: string,
  forMs: number,
  name: string,
  findings: Findings,
): Promise<void> {
  await nothingMoves(pool, name, findings, async () => {
    pool.freeze(victim);
    await pause(forMs);
    pool.thaw(victim);
    await pause(QUIET_MS);
  });
}

/** Two busy processes for each core. */
export const busy: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS } = settings;
  await withPool(settings, 'busy', { intervalMs }, findings, async (pool) => {
    await settled(pool, 'at the start');
    await nothingMoves(pool, 'while the machine is busy', findings, () =>
      whileBusy(join(settings.folder, 'burners.log'), () => pause(settings.minutes * 60_000)),
    );
    await settled(pool, 'at the end');
  });
  return findings.result;
};

/**
 * Nobody else owns an element than before, and the master stays what it is. A single poll by another tells nothing: where
 * a poll fails, others are asked whether they reach the element.
 */
async function nothingMoves(
  pool: TrialPool,
  name: string,
  findings: Findings,
  disturb: () => Promise<void>,
): Promise<void> {
  const fromMs = performance.now();
  const { master = '' } = pool;
  const before = await epochs(pool, master);
  const term = pool.watch.latest(master)?.term;
  await disturb();
  findings.count('tried', 1);
  const reign = pool.watch.reigns.find((one) => one.fromMs > fromMs && one.term !== term);
  if (reign) {
    findings.count('false elections', 1);
    findings.fault(`${name}: ${master} was master, ${reign.master} became it in term ${reign.term}`);
    await settled(pool, `${name}: afterwards`);
  }
  const after = await epochs(pool, pool.master ?? master);
  const moved = [...before].filter(([element, owner]) => after.get(element) !== owner);
  if (moved.length === 0 || reign) return;
  findings.count('false takeovers', 1);
  const [element = '', owner] = moved[0] ?? [];
  findings.fault(`${name}: ${moved.length} elements moved, such as ${element} from ${owner} to ${after.get(element)}`);
  await settled(pool, `${name}: afterwards`);
}

/** Who owns what, and by which decision. */
async function epochs(pool: TrialPool, master: string): Promise<ReadonlyMap<string, string>> {
  const { assignments } = await pool.assignments(master);
  return new Map(assignments.map(({ element, owner, epoch }) => [element, `${owner} (${epoch})`]));
}
