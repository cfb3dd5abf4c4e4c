/** A little of everything in about a minute, with one pool: for the tests that run every time. */
import { settled } from '../rest.js';
import { Findings, type Trial, withPool } from '../trial.js';
import { pause } from '../trial-pool.js';
import { cutInTwo } from './cut.js';
import { stumbles } from './freeze.js';
import { killAndReturn } from './kill.js';
import { endAndReturn } from './planned.js';

const INTERVAL_MS = 1_000;
const STUMBLE_MS = 600;

export const short: Trial = async (settings) => {
  const findings = new Findings(settings.say);
  const { intervalMs = INTERVAL_MS, network } = settings;
  await withPool(settings, 'short', { intervalMs, ems: 3, watchMs: 50 }, findings, async (pool) => {
    await settled(pool, 'at the start');
    const secondary = () => pool.ems.find((id) => id !== pool.master) ?? '';
    await endAndReturn(pool, secondary(), 'a secondary', findings);
    await stumbles(pool, secondary(), STUMBLE_MS, 'a secondary', findings);
    await killAndReturn(pool, pool.master ?? '', 'the master', findings, settings.say);
    if (network.kind === 'loopback') return;
    await pause(intervalMs);
    await cutInTwo(pool, [secondary()], 'a secondary', settings, findings);
  });
  return findings.result;
};
