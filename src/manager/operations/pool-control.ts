/** What a person has a manager do to itself or to its pool: pause, resume, shutdown, forget, recover. */
import { PtpError } from '../../base/errors.js';
import type { Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerControl } from '../control.js';
import type { ManagerCore } from '../core.js';
import { checkCount } from './pool-knowledge.js';
import { checkMember } from './pool-moves.js';

/** How long a manager that is said to be lost may take to show that it is not. */
const ANSWER_MS = 3000;

export function poolControlHandlers(core: ManagerCore, control: ManagerControl): Handlers {
  const { settings, pool } = core;
  return {
    async pause({ keep = false }) {
      requireRunning(core, 'paused');
      await pool.pause(keep);
      return { state: pool.state };
    },

    async resume() {
      requireRunning(core, 'resumed');
      await pool.resume();
      return { state: pool.state };
    },

    async shutdown({ handOver = true }) {
      requireRunning(core, 'shut down');
      const left = await control.shutDown(handOver);
      return { state: 'draining', left };
    },

    async forget({ manager }) {
      if (manager === settings.id) throw aboutItself(`${manager} cannot forget itself; ask another manager`, 'manager');
      checkMember(core, manager, 'manager');
      await pool.forget(manager);
      return {};
    },

    recover: (input) => recover(core, input),
  };
}

function requireRunning({ pool, settings }: ManagerCore, what: string): void {
  const { state } = pool;
  if (state === 'running' || state === 'paused') return;
  throw new PtpError('Client.Conflict', `${settings.id} is ${state}; only one that runs can be ${what}`);
}

const aboutItself = (message: string, path: string): PtpError =>
  new PtpError('Client.Conflict', message, { place: { path } });

/**
 * The one act that rests on a person's word alone, so that it is refused wherever something contradicts that word: a
 * master that leads, or one of the lost that answers.
 */
async function recover(core: ManagerCore, { without }: Input<'recover'>): Promise<Output<'recover'>> {
  const { pool, settings } = core;
  checkCount(without.length, 'without');
  if (without.length === 0)
    throw new PtpError('Client.Validation', 'without names nobody; name the managers that are lost for good', {
      place: { path: 'without' },
    });
  if (pool.view.standing !== 'member') {
    throw new PtpError(
      'Client.Conflict',
      `${settings.id} is in no pool; ask a manager that remains of the one in question`,
    );
  }
  for (const [at, id] of without.entries()) {
    const path = `without[${at + 1}]`;
    if (id === settings.id) throw aboutItself(`${id} cannot go on without itself; ask a manager that remains`, path);
    checkMember(core, id, path);
  }
  const { master, cutOff } = pool.view;
  const leads = async (id: string) => id === settings.id || (!without.includes(id) && (await answers(core, id)));
  if (master !== undefined && !cutOff && (await leads(master))) {
    throw new PtpError(
      'Client.Conflict',
      `the pool has a master, ${master}, so no majority is lost; what is gone for good is forgotten (forget)`,
    );
  }
  const alive = (await Promise.all(without.map(async (id) => ((await answers(core, id)) ? [id] : [])))).flat();
  if (alive.length > 0) {
    throw new PtpError(
      'Client.Conflict',
      `${alive.join(', ')} ${alive.length === 1 ? 'answers' : 'answer'}; a manager that is lost for good is switched off, or it would act beside the others`,
      { place: { path: `without[${without.indexOf(alive[0] ?? '') + 1}]` } },
    );
  }
  await pool.recover(without);
  const { term, master: leader, members } = pool.view;
  return { term, master: leader, members: members.map(({ id }) => id).filter((id) => !without.includes(id)) };
}

/** Asked for this purpose, because what is known of it may be a few seconds old. */
async function answers({ directory }: ManagerCore, id: string): Promise<boolean> {
  if (!directory.get(id)) return false;
  try {
    const answer = await directory.peer(id).call('areYouThere', {}, { timeoutMs: ANSWER_MS });
    return answer.id === id;
  } catch {
    return false;
  }
}
