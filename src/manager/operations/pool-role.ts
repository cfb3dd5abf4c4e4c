/**
 * An e-manager becomes an e-integration manager (SPEC 7, story 5): becomeIntegrationManager, announceIntegrationManager.
 *
 * In this order, so that whatever fails leaves a manager that works: its configuration is tried in the new role; all
 * that it owns is given away (and it goes on as before where nobody takes something); the others are told; the file is
 * written; the manager starts anew by it.
 */
import { asPtpError, PtpError } from '../../base/errors.js';
import type { ManagerAddress } from '../../model/manager.js';
import type { CallContext, Handlers } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import type { ManagerControl } from '../control.js';
import type { ManagerCore } from '../core.js';
import { description } from '../self-portrait.js';

/** Elements that one message names. */
const MOST_NAMED = 20;
const TOLD_WITHIN_MS = 4000;

export function poolRoleHandlers(core: ManagerCore, control: ManagerControl): Handlers {
  return {
    becomeIntegrationManager: () => become(core, control),
    announceIntegrationManager: async (input, context) => {
      meetAs(core, input, context);
      return { registers: false };
    },
  };
}

async function become(core: ManagerCore, control: ManagerControl): Promise<Output<'becomeIntegrationManager'>> {
  const { settings, pool, collector, configuration } = core;
  const { id } = settings;
  if (core.role === 'EIM') throw new PtpError('Client.Conflict', `${id} is an e-integration manager already`);
  if (pool.state !== 'running')
    throw new PtpError('Client.Conflict', `${id} is ${pool.state}; only one that runs can change its role`);
  await configuration.checkIntegrationManager();
  await pool.pause(false);
  const left = collector.owned();
  if (left.length > 0) {
    await pool.resume();
    const more = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : '';
    throw new PtpError(
      'Client.Conflict',
      `nobody took ${left.slice(0, MOST_NAMED).join(', ')}${more}, so ${id} stays an e-manager; take them out of its configuration, or see that another manager can poll them`,
    );
  }
  try {
    await configuration.becomeIntegrationManager();
  } catch (thrown) {
    await pool.resume();
    throw thrown;
  }
  const manager = { ...description(core), role: 'EIM' as const, responsibilities: [], capacity: 0 };
  const told = await Promise.all(core.directory.ids().map((other) => tell(core, other, { manager })));
  control.startAnew();
  return {
    told: told.flatMap(({ manager: other, reason }) => (reason === undefined ? [other] : [])),
    missing: told.flatMap(({ manager: other, reason }) => (reason === undefined ? [] : [{ manager: other, reason }])),
  };
}

/** In this manager's own name: whoever had it done is no peer. */
async function tell(
  { directory }: ManagerCore,
  manager: string,
  announcement: Input<'announceIntegrationManager'>,
): Promise<{ readonly manager: string; readonly reason?: string }> {
  try {
    await directory.peer(manager).call('announceIntegrationManager', announcement, { timeoutMs: TOLD_WITHIN_MS });
    return { manager };
  } catch (thrown) {
    return { manager, reason: asPtpError(thrown).message };
  }
}

/** Takes the announced manager into the directory. @throws PtpError `Client.Forbidden`, `Client.Conflict`, `Client.Validation` */
export function meetAs(
  core: ManagerCore,
  { manager }: Input<'announceIntegrationManager'>,
  { caller }: CallContext,
): ManagerAddress {
  const { id, name, role, uri, context, socket } = manager;
  if ((caller.by ?? caller.name) !== id) {
    throw new PtpError('Client.Forbidden', `${caller.by ?? caller.name} cannot announce ${id}; it does so itself`, {
      place: { path: 'manager/id' },
    });
  }
  if (id === core.settings.id) {
    throw new PtpError('Client.Conflict', `${id} is this manager's own id; ids are unique in the pool`, {
      place: { path: 'manager/id' },
    });
  }
  if (role !== 'EIM') {
    throw new PtpError('Client.Validation', `role is ${role}; only an EIM announces itself by this`, {
      place: { path: 'manager/role' },
    });
  }
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new PtpError('Client.Validation', 'uri is an origin such as http://eim1.example:8080', {
      place: { path: 'manager/uri' },
    });
  }
  const address: ManagerAddress = {
    id,
    role,
    origin: url.origin,
    context,
    ...(name && { name }),
    ...(socket && { socket }),
  };
  core.directory.add(address, 'registered');
  return address;
}
