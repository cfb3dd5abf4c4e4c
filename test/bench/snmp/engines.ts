/** How long the loop stands still while many engines of SNMPv3 become known, each asked for the first time. */
import { Sessions } from '../../../src/access/snmp/sessions.js';
import { systemClock, systemRandom } from '../../../src/base/system-env.js';
import { CELLS, hostOf, PATIENCE, STEP, USER } from './work.js';

/** Agents that are asked at once. */
const WINDOW = 64;

/**
 * `blockedMs`: the CPU time of the longest turn of the loop, which is what it lasts where nobody else wants the processor.
 *
 * @throws When one is not answered.
 */
export async function longestBlock(
  port: number,
  engines: number,
): Promise<{ readonly readyMs: number; readonly blockedMs: number }> {
  const sessions = new Sessions({ clock: systemClock, random: systemRandom });
  const cpuMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  let lastMs = cpuMs();
  let blockedMs = 0;
  let immediate: NodeJS.Immediate;
  const turn = () => {
    const nowMs = cpuMs();
    blockedMs = Math.max(blockedMs, nowMs - lastMs);
    lastMs = nowMs;
    immediate = setImmediate(turn);
  };
  immediate = setImmediate(turn);
  let next = 0;
  const askers = Array.from({ length: WINDOW }, async () => {
    while (next < engines) {
      const host = hostOf(next++);
      const security = { user: USER, context: '' };
      const session = await sessions.open({ host, port, version: 3, maxRepetitions: STEP, security, place: host });
      session.patience = PATIENCE;
      await session.get(CELLS);
    }
  });
  const beganMs = performance.now();
  try {
    await Promise.all(askers);
    return { readyMs: performance.now() - beganMs, blockedMs };
  } finally {
    clearImmediate(immediate);
    sessions.close();
  }
}
