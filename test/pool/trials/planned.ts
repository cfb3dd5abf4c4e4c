/** What people do in order: a manager is ended and comes back, is paused and resumed, an element is delegated and recalled. */
import { settled } from '../rest.js';
import { Findings, type Trial, withPool } from '../trial.js';
import type { TrialPool } from '../trial-pool.js';
import { plannedMove } from './planned-move.js';

const INTERVAL_MS = 1_000;

/**
 * Each manager of a pool is ended and started again once, the master among them; a single orderly absence delays no
 * return.
 */
export const shutdown: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS } = settings;
  let done = 0;
  for (let round = 1; done < settings.times && round <= settings.times; round += 1) {
    await withPool(settings, `shutdown-${round}`, { intervalMs }, findings, async (pool) => {
      await settled(pool, 'at the start');
      for (const id of pool.ems) {
        if (done >= settings.times) return;
        done += 1;
        const name = `${done}. ${id} of round ${round}${pool.master === id ? ', the master' : ''}`;
        await endAndReturn(pool, id, name, findings);
        settings.say(`${name}: ended and back`);
      }
    });
  }
  return findings.result;
};

/** SIGTERM, and a start again when others have all that it had. */
export async function endAndReturn(pool: TrialPool, id: string, name: string, findings: Findings): Promise<void> {
  await plannedMove(pool, `${name} is ended`, findings, async () => {
    const atMs = performance.now();
    const code = await pool.terminate(id);
    findings.time('until it has ended', performance.now() - atMs);
    if (code !== 0) findings.fault(`${name} was ended and its exit code was ${code}`);
    await settled(pool, `${name}: after its end`);
  });
  await plannedMove(pool, `${name} comes back`, findings, async () => {
    const atMs = performance.now();
    await pool.start(id);
    findings.time('until all is back home', (await settled(pool, `${name}: after its return`)) - atMs);
  });
}

/** Pause and resume, delegation and recall. */
export const moves: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS } = settings;
  await withPool(settings, 'moves', { intervalMs }, findings, async (pool) => {
    await settled(pool, 'at the start');
    for (let time = 0; time < settings.times; time += 1) {
      const id = pool.ems[time % pool.ems.length] ?? '';
      const other = pool.ems[(time + 1) % pool.ems.length] ?? '';
      await pausing(pool, id, findings);
      await delegating(pool, id, other, findings);
      settings.say(`${time + 1}. ${id}: paused and resumed, delegated to ${other} and recalled`);
    }
  });
  return findings.result;
};

async function pausing(pool: TrialPool, id: string, findings: Findings): Promise<void> {
  await plannedMove(pool, `${id} is paused`, findings, async () => {
    const atMs = performance.now();
    await pool.ask(id, 'pause', {}, 40_000);
    findings.time('until it is paused', performance.now() - atMs);
    await settled(pool, `${id} is paused`, { idle: [id] });
  });
  await plannedMove(pool, `${id} is resumed`, findings, async () => {
    const atMs = performance.now();
    await pool.ask(id, 'resume', {});
    findings.time('until what a resumed one had is back', (await settled(pool, `${id} is resumed`)) - atMs);
  });
}

async function delegating(pool: TrialPool, from: string, to: string, findings: Findings): Promise<void> {
  const [moved = ''] = pool.elements(from);
  const elements = [`device/${moved}`];
  const owner = (element: string) => (element === moved ? to : pool.homeOf(element));
  await plannedMove(pool, `${moved} is delegated to ${to}`, findings, async () => {
    const atMs = performance.now();
    const answer = await pool.ask(to, 'delegate', { elements, to });
    if (answer.refused.length > 0) findings.fault(`${moved} could not be delegated: ${answer.refused[0]?.reason}`);
    findings.time('until it is delegated', (await settled(pool, `${moved} is delegated`, { owner })) - atMs);
  });
  await plannedMove(pool, `${moved} is recalled from ${to}`, findings, async () => {
    const atMs = performance.now();
    await pool.ask(from, 'delegate', { elements, recall: true });
    findings.time('until it is recalled', (await settled(pool, `${moved} is recalled`)) - atMs);
  });
}
