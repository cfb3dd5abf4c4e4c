/** Pools of few: two managers and their integration manager, two without a witness, managers whose configuration has no POOL. */
import { settled } from '../rest.js';
import { Findings, type Trial, type TrialSettings, withPool } from '../trial.js';
import { pause, type TrialOptions, type TrialPool } from '../trial-pool.js';
import { untilPolledByOthers } from './kill.js';

const INTERVAL_MS = 500;

/** Each of the two is killed, then the witness: of that nobody notices anything. */
export const twoAndWitness: Trial = (settings) =>
  each(settings, 'two-and-witness', { ems: 2 }, async (pool, findings) => {
    await killEach(pool, pool.ems, findings);
    await pool.kill('EIM1');
    await settled(pool, 'without the witness');
    await pool.start('EIM1');
    await settled(pool, 'with the witness again');
  });

export const twoAlone: Trial = (settings) =>
  each(settings, 'two-alone', { ems: 2, eims: 0, quorum: 'none' }, (pool, findings) =>
    killEach(pool, pool.ems, findings),
  );

/** Each of two that hear nothing of the other goes on alone; when they meet, one yields and each element is polled by one. */
export const twoApart: Trial = (settings) =>
  each(
    settings,
    'two-apart',
    { ems: 2, eims: 0, quorum: 'none', network: settings.network },
    async (pool, findings) => {
      const [one = '', other = ''] = pool.ems;
      const sinceMs = performance.now();
      settings.network.swallow(one, other);
      settings.network.swallow(other, one);
      for (const left of pool.ems)
        findings.time('until each polls all', await untilPolledByOthers(pool, pool.elements(left), left, sinceMs));
      await pause(5_000);
      const healedMs = performance.now();
      settings.network.heal();
      findings.time('until one leads again', (await settled(pool, 'together again')) - healedMs);
    },
  );

/** The integration manager leads; while it is away, everybody polls on. */
export const withoutPool: Trial = (settings) =>
  each(settings, 'without-pool', { hasPool: false, intervalMs: 1_000, elements: 3 }, async (pool, findings) => {
    const { master } = pool;
    if (master !== 'EIM1') findings.fault(`${master ?? 'nobody'} leads, and not EIM1`);
    await killEach(pool, pool.ems.slice(0, 2), findings);
    await pool.kill('EIM1');
    const atMs = performance.now();
    await pause(10_000);
    for (const element of pool.elements()) {
      const since = pool.polls(element).filter((one) => one.atMs > atMs);
      if (since.length < 9) findings.fault(`without EIM1 ${element} was polled ${since.length} times in 10 s`);
    }
    await pool.start('EIM1');
    await settled(pool, 'with EIM1 again');
  });

async function killEach(pool: TrialPool, ids: readonly string[], findings: Findings): Promise<void> {
  for (const id of ids) {
    const wasMaster = pool.master === id;
    await pause(1000 + Math.random() * 1000);
    const killedMs = await pool.kill(id);
    const tookMs = await untilPolledByOthers(pool, pool.elements(id), id, killedMs);
    findings.time(`until all of a killed ${wasMaster ? 'master' : 'secondary'} is polled by others`, tookMs);
    await settled(pool, `${id} is killed`);
    await pool.start(id);
    await settled(pool, `${id} is back`);
  }
}

async function each(
  settings: TrialSettings,
  name: string,
  options: Partial<TrialOptions>,
  work: (pool: TrialPool, findings: Findings) => Promise<void>,
): ReturnType<Trial> {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS } = settings;
  for (let time = 1; time <= settings.times; time += 1)
    await withPool(settings, `${name}-${time}`, { intervalMs, ...options }, findings, async (pool) => {
      await settled(pool, 'at the start');
      await work(pool, findings);
      settings.say(`${time}. ${name}: done`);
    });
  return findings.result;
}
