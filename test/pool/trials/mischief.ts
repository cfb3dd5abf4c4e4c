/**
 * Random mischief for minutes: managers are killed, frozen, ended, started, cut off and starved; now and then all is
 * mended, and the pool has to come to rest with every element polled by one.
 */
import { join } from 'node:path';
import { whileBusy } from '../burner.js';
import { settled } from '../rest.js';
import { Findings, type Trial, type TrialSettings, withPool } from '../trial.js';
import { pause, type TrialPool } from '../trial-pool.js';

const INTERVAL_MS = 1_000;
const WATCH_MS = 50;
const BOUT_MS = 25_000;

type Mischief = (pool: TrialPool, settings: TrialSettings) => Promise<string>;

const pick = <One>(of: readonly One[]): One | undefined => of[Math.floor(Math.random() * of.length)];

const MISCHIEF: Readonly<Record<string, Mischief>> = {
  kill: async (pool) => {
    const id = pick(pool.running) ?? '';
    if (id) await pool.kill(id);
    return id;
  },
  // One that is frozen cannot end in order.
  end: async (pool) => {
    const id = pick(pool.running.filter((one) => !pool.isFrozen(one))) ?? '';
    if (id) void pool.terminate(id);
    return id;
  },
  start: async (pool) => {
    const id = pick(pool.ids.filter((one) => !pool.isRunning(one))) ?? '';
    if (id) await pool.start(id);
    return id;
  },
  freeze: async (pool) => {
    const id = pick(pool.running.filter((one) => !pool.isFrozen(one))) ?? '';
    if (!id) return id;
    pool.freeze(id);
    const forMs = 200 + Math.random() * 8_000;
    void pause(forMs).then(() => pool.thaw(id));
    return `${id} for ${Math.round(forMs)} ms`;
  },
  cut: async (pool, { network }) => {
    const [from, to] = [pick(pool.ids) ?? '', pick(pool.ids) ?? ''];
    if (network.kind === 'loopback' || from === to) return '';
    network.swallow(from, to);
    return `${from} to ${to}`;
  },
  isolate: async (pool, { network }) => {
    const id = pick(pool.ids) ?? '';
    if (network.kind === 'loopback') return '';
    for (const other of pool.ids) {
      if (other === id) continue;
      network.swallow(id, other);
      network.swallow(other, id);
    }
    return id;
  },
  heal: async (_, { network }) => {
    network.heal();
    return 'the network';
  },
  starve: async (_, { folder }) => {
    await whileBusy(join(folder, 'burners.log'), () => pause(2_000));
    return 'the machine';
  },
};

export const mischief: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS } = settings;
  await withPool(settings, 'mischief', { intervalMs, watchMs: WATCH_MS }, findings, async (pool) => {
    await settled(pool, 'at the start');
    const endMs = performance.now() + settings.minutes * 60_000;
    for (let bout = 1; performance.now() < endMs; bout += 1) {
      await mischievous(pool, settings, findings);
      const mendedMs = performance.now();
      await mend(pool, settings);
      const restMs = await settled(pool, `after bout ${bout}`, { owner: () => undefined });
      findings.time('until the pool is at rest again', restMs - mendedMs);
      await oneEach(pool, bout, findings);
    }
  });
  return findings.result;
};

async function mischievous(pool: TrialPool, settings: TrialSettings, findings: Findings): Promise<void> {
  const untilMs = performance.now() + BOUT_MS;
  while (performance.now() < untilMs) {
    // Some of those that were killed or ended come back soon, or nothing would be left to play with.
    const kind = Math.random() < 0.3 ? 'start' : (pick(Object.keys(MISCHIEF)) ?? 'start');
    const done = await MISCHIEF[kind]?.(pool, settings);
    if (done) {
      findings.count(kind, 1);
      settings.say(`${kind} ${done}`);
    }
    await pause(300 + Math.random() * 3_000);
  }
}

async function mend(pool: TrialPool, { network, say }: TrialSettings): Promise<void> {
  network.heal();
  for (const id of pool.ids) if (pool.isRunning(id) && pool.isFrozen(id)) pool.thaw(id);
  // Whoever is about to end needs up to half a minute for it.
  for (const id of pool.ids) {
    if (pool.isLeaving(id)) await pool.terminate(id);
    if (!pool.isRunning(id)) await pool.start(id);
  }
  say('all is mended');
}

async function oneEach(pool: TrialPool, bout: number, findings: Findings): Promise<void> {
  const fromMs = performance.now();
  await pause(5 * pool.intervalMs);
  for (const element of pool.elements()) {
    const since = pool.polls(element).filter(({ atMs }) => atMs > fromMs);
    // Elements go home meanwhile: two may poll one after the other, never both.
    const changes = since.filter(({ by }, at) => at > 0 && by !== since[at - 1]?.by).length;
    if (since.length < 3 || changes > 1 || since.length > 7)
      findings.fault(`bout ${bout}: ${element} was polled by ${since.map(({ by }) => by).join(' ') || 'nobody'}`);
  }
}
