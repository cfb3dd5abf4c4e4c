/** The lab: writes the configurations, starts what is managed and who manages, and brings back whom it is asked to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../../base/env.js';
import { elementName } from '../../model/element.js';
import { hashPassword } from '../../peer/security/password.js';
import { nearest } from '../../xml/xsd-model.js';
import { describeFailure } from '../failure.js';
import { labUrl, writeConfiguration } from './configuration.js';
import { type ControlAnswer, serveControl } from './control.js';
import { type Ending, ManagerProcess } from './manager-process.js';
import { type LabOptions, makePlan, type PlannedManager } from './plan.js';
import { requireFreePorts } from './ports.js';
import { loadSecrets } from './secrets.js';
import { startSites } from './sites/start-sites.js';

export interface LabManager {
  readonly plan: PlannedManager;
  readonly url: string;
  readonly configuration: string;
  readonly process: ManagerProcess;
  /** Elements that are at home there. */
  readonly elements: number;
}

export interface LabEvents {
  died(manager: LabManager, ending: Ending): void;
  returned(manager: LabManager): void;
}

export interface Lab {
  readonly managers: readonly LabManager[];
  readonly elements: number;
  readonly adminPassword: string;
  /** An agent that anybody can walk, as `host:port`. */
  readonly exampleAgent: string;
  /** An element that nobody but its home can reach. */
  readonly local?: { readonly element: string; readonly home: string };
  /** Ends the managers cleanly, then what they manage. */
  stop(): Promise<void>;
  /** Ends the managers at once. */
  kill(): void;
}

/**
 * @param folder Data directory of the whole lab; each manager has its own below it.
 * @throws PtpError `Start.PortTaken`; CommandFailure when a manager does not come up.
 */
export async function startLab(env: Env, options: LabOptions, folder: string, events: LabEvents): Promise<Lab> {
  const plan = makePlan(options);
  const planned = [plan.integration, ...plan.managers];
  await requireFreePorts(planned.flatMap(({ port, socketPort }) => [port, socketPort]));
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const secrets = loadSecrets(folder, env.random);
  const sites = await startSites(env, plan, join(folder, 'sites'), secrets);
  const adminPasswordHash = await hashPassword(secrets.adminPassword, env.random);
  const managers = planned.map((one): LabManager => {
    const configuration = join(folder, `${one.id}.xml`);
    writeFileSync(configuration, writeConfiguration(one, { plan, sites: sites.addresses, adminPasswordHash }));
    const files = { configuration, dataDir: join(folder, 'data', one.id), log: join(folder, 'logs', `${one.id}.log`) };
    const manager = {
      plan: one,
      url: labUrl(one),
      configuration,
      process: new ManagerProcess(one.id, files, env.clock),
      elements: plan.elements.filter(({ owner }) => owner === one.id).length,
    };
    manager.process.onDeath = (ending) => events.died(manager, ending);
    return manager;
  });
  let ending = false;
  const restart = async (id: string): Promise<ControlAnswer> => {
    if (ending) return { ok: false, usage: false, text: 'the lab is ending' };
    const answer = await bringBack(managers, id);
    if (answer.ok) for (const manager of managers) if (manager.plan.id === id) events.returned(manager);
    return answer;
  };
  const control = await serveControl(folder, env.random, restart);
  const stop = async () => {
    ending = true;
    await Promise.all(managers.map((manager) => manager.process.stop()));
    await Promise.all([control.close(), sites.close()]);
  };
  const kill = () => {
    for (const manager of managers) manager.process.kill();
  };
  try {
    await Promise.all(managers.map((manager) => manager.process.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  const log = plan.elements.find(({ ask }) => ask === 'log');
  const agent = plan.sites.find((site) => site.kind === 'snmp' && site.version === '2c');
  const where = agent && sites.addresses.get(agent.id);
  return {
    managers,
    elements: plan.elements.length,
    adminPassword: secrets.adminPassword,
    exampleAgent: where ? `${where.host}:${where.port}` : '',
    ...(log ? { local: { element: elementName(log.kind, log.id), home: log.owner } } : {}),
    stop,
    kill,
  };
}

async function bringBack(managers: readonly LabManager[], id: string): Promise<ControlAnswer> {
  const manager = managers.find((one) => one.plan.id === id);
  if (!manager) {
    const ids = managers.map((one) => one.plan.id);
    const near = nearest(id, ids);
    return {
      ok: false,
      usage: true,
      text: `the lab has no manager ${id}; ${near ? `did you mean ${near}?` : `it has ${ids.join(', ')}`}`,
    };
  }
  if (manager.process.alive)
    return { ok: false, usage: false, text: `${id} runs already, as process ${manager.process.pid}` };
  try {
    await manager.process.start();
    return { ok: true, text: `${id} is back: ${manager.url} (process ${manager.process.pid})` };
  } catch (error) {
    return {
      ok: false,
      usage: false,
      text: describeFailure(error)
        .lines.join(' ')
        .replace(/^ptpmgr: /, ''),
    };
  }
}
