/** `kill -9` of a secondary or of the master: how long until somebody else polls what it had, and how it comes back. */
import { firstByOthers, sumOf, tally } from '../polls.js';
import { settled } from '../rest.js';
import { Findings, type Trial, type TrialResult, type TrialSettings, withPool } from '../trial.js';
import { pause, type TrialPool } from '../trial-pool.js';
import { plannedMove, QUIET_MS, rhythmAt } from './planned-move.js';

/** Shorter than any takeover, so that each element has a poll to make up. */
const INTERVAL_MS = 500;
const LONGEST_MS = 30_000;

export const killSecondary: Trial = (settings) => kills(settings, 'secondary');
export const killMaster: Trial = (settings) => kills(settings, 'master');

/**
 * A pool is begun anew after each manager was killed once: who goes away again and again is given its elements back
 * later each time, and the trial is not about that.
 */
async function kills(settings: TrialSettings, which: 'secondary' | 'master'): Promise<TrialResult> {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS } = settings;
  let done = 0;
  for (let round = 1; done < settings.times && round <= settings.times; round += 1) {
    await withPool(settings, `${which}-${round}`, { intervalMs }, findings, async (pool) => {
      await settled(pool, 'at the start');
      const spared = new Set<string>();
      while (done < settings.times) {
        const victim = pool.ems.find(
          (id) => !spared.has(id) && (id === pool.master) === (which === 'master') && hasElements(pool, id),
        );
        if (victim === undefined) return;
        spared.add(victim);
        done += 1;
        const name = `${done}. ${victim} of round ${round}`;
        if (settings.isQuick) await killOnly(pool, victim, name, findings, settings.say);
        else await killAndReturn(pool, victim, name, findings, settings.say);
      }
    });
  }
  return findings.result;
}

/** Kills it, waits until others poll all that it had, starts it again and waits until it has it back. */
export async function killAndReturn(
  pool: TrialPool,
  victim: string,
  name: string,
  findings: Findings,
  say: (line: string) => void,
): Promise<void> {
  await kill(pool, victim, name, findings, say);
  await settled(pool, `${name}: after the kill`);
  await comeBack(pool, victim, name, findings);
}

/** Does not wait until it has back what it had: the next one is killed while elements are here and there. */
async function killOnly(
  pool: TrialPool,
  victim: string,
  name: string,
  findings: Findings,
  say: (line: string) => void,
): Promise<void> {
  await kill(pool, victim, name, findings, say);
  await pool.start(victim);
  await settled(pool, `${name}: it is back`, { owner: () => undefined });
}

async function kill(
  pool: TrialPool,
  victim: string,
  name: string,
  findings: Findings,
  say: (line: string) => void,
): Promise<void> {
  const term = pool.watch.latest(victim)?.term ?? 0;
  const wasMaster = pool.master === victim;
  // At any moment between two heartbeats.
  await pause(QUIET_MS + Math.random() * 1000);
  const elements = pool.elements().filter((one) => pool.polls(one).at(-1)?.by === victim);
  const rhythms = new Map(elements.map((one) => [one, rhythmAt(pool, one, performance.now())]));
  const killedMs = await pool.kill(victim);
  const polledMs = await untilPolledByOthers(pool, elements, victim, killedMs);
  findings.time('until all is polled by others', polledMs);
  const reign = pool.watch.reigns.find((one) => one.fromMs > killedMs && one.term > term);
  if (wasMaster && reign) findings.time('until a new master says so', reign.fromMs - killedMs);
  await pause(Math.max(0, killedMs + polledMs + QUIET_MS - performance.now()));
  const sums = sumOf(
    elements.flatMap((one) => {
      const rhythm = rhythms.get(one);
      return rhythm ? [tally(pool.polls(one), rhythm, [killedMs - 1000, killedMs + polledMs + QUIET_MS])] : [];
    }),
  );
  findings.count('elements of killed managers', elements.length);
  findings.count('polls missed in takeovers', sums.missed);
  findings.count('polls doubled in takeovers', sums.doubled);
  findings.time('longest time without a poll', sums.longestMs);
  say(`${name}: ${Math.round(polledMs)} ms, ${sums.missed} polls missed, ${sums.doubled} doubled`);
}

const hasElements = (pool: TrialPool, id: string): boolean =>
  pool.elements().some((one) => pool.polls(one).at(-1)?.by === id);

/** A manager that is back gets its elements by planned moves: none is missed, none doubled. */
async function comeBack(pool: TrialPool, id: string, name: string, findings: Findings): Promise<void> {
  await plannedMove(pool, `${name} comes back`, findings, async () => {
    const atMs = performance.now();
    await pool.start(id);
    const restMs = await settled(pool, `${name}: after its return`);
    findings.time('until all is back home', restMs - atMs);
  });
}

/** Milliseconds until the last element has been polled by somebody else. */
export async function untilPolledByOthers(
  pool: TrialPool,
  elements: readonly string[],
  not: string,
  sinceMs: number,
): Promise<number> {
  const endMs = performance.now() + LONGEST_MS;
  for (;;) {
    const firsts = elements.map((one) => firstByOthers(pool.polls(one), sinceMs, not));
    if (firsts.every((one) => one !== undefined)) return Math.max(...firsts.map((one) => (one?.atMs ?? 0) - sinceMs));
    if (performance.now() > endMs) {
      const left = elements.filter((_, at) => firsts[at] === undefined);
      throw new Error(`${LONGEST_MS / 1000} s after the end of ${not} nobody polls ${left.join(', ')}`);
    }
    await pause(20);
  }
}
