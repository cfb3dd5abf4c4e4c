/** Starts everything of the lab that is managed, and knows where each was put. */
import { createSocket, type Socket } from 'node:dgram';
import { join } from 'node:path';
import type { Env } from '../../../base/env.js';
import { COMMUNITY, LAB_USER, type SiteAddress } from '../configuration.js';
import type { LabPlan, Site } from '../plan.js';
import type { LabSecrets } from '../secrets.js';
import { attachAgent } from '../snmp/agent.js';
import { instances } from '../snmp/device.js';
import { makeDevice } from '../snmp/models.js';
import { attachResponder } from '../snmp/responder.js';
import { startFtpSite } from './ftp-site.js';
import { growLog } from './growing-log.js';
import { startHttpSite } from './http-site.js';
import { startSshConsole } from './ssh-console.js';

export interface StartedSites {
  readonly addresses: ReadonlyMap<string, SiteAddress>;
  close(): Promise<void>;
}

/** Log files are short enough here that a person sees them rotate. */
const ROTATE_BYTES = 64 * 1024;

export async function startSites(env: Env, plan: LabPlan, folder: string, secrets: LabSecrets): Promise<StartedSites> {
  const began = env.clock.now() - env.clock.monotonic();
  const now = () => began + env.clock.monotonic();
  const addresses = new Map<string, SiteAddress>();
  const ends: (() => Promise<void> | void)[] = [];
  for (const site of plan.sites) {
    const { address, end } = await startSite(env, site, folder, secrets, now);
    addresses.set(site.id, address);
    ends.push(end);
  }
  return {
    addresses,
    close: async () => {
      await Promise.allSettled(ends.map(async (end) => end()));
    },
  };
}

interface Started {
  readonly address: SiteAddress;
  readonly end: () => Promise<void> | void;
}

async function startSite(
  env: Env,
  site: Site,
  folder: string,
  secrets: LabSecrets,
  now: () => number,
): Promise<Started> {
  const account = { user: LAB_USER, password: secrets.sitePassword };
  switch (site.kind) {
    case 'snmp': {
      const socket = await somewhere(site, (address, port) => bind(address, port));
      socket.value.on('error', () => {});
      const device = makeDevice(
        { model: site.model, sysName: `${site.id}.lab.example`, location: site.location, startMs: now() },
        env.random,
      );
      if (site.cheap) attachResponder(socket.value, instances(device), COMMUNITY, now);
      else {
        const access =
          site.version === '3'
            ? { user: LAB_USER, authPassword: secrets.snmpAuth, privPassword: secrets.snmpPriv }
            : { community: COMMUNITY };
        attachAgent(socket.value, device, access, now);
      }
      return {
        address: { host: socket.host, port: socket.value.address().port },
        end: () => void socket.value.close(),
      };
    }
    case 'ftp': {
      const root = join(folder, 'ftp');
      let hits = 480_000;
      const endLog = growLog(env, {
        path: join(root, 'error.log'),
        everyMs: 1500,
        rotateBytes: ROTATE_BYTES,
        line: () => {
          hits += Math.floor(env.random.next() * 900);
          return env.random.next() < 0.03
            ? `ERROR origin server ${1 + Math.floor(env.random.next() * 4)} does not answer`
            : `INFO hits=${hits}`;
        },
      });
      const server = await somewhere(site, (address, port) => startFtpSite({ address, port, root, ...account }));
      return {
        address: { host: server.host, port: server.value.port },
        end: async () => {
          endLog();
          await server.value.close();
        },
      };
    }
    case 'http': {
      const server = await somewhere(site, (address, port) => startHttpSite({ address, port }, now, env.random));
      return { address: { host: server.host, port: server.value.port }, end: server.value.close };
    }
    case 'ssh': {
      const server = await somewhere(site, (address, port) =>
        startSshConsole({ address, port, name: 'cache1', ...account }, now, env.random),
      );
      return { address: { host: server.host, port: server.value.port }, end: server.value.close };
    }
    case 'log': {
      const path = join(folder, `${site.id}.log`);
      let invoices = 7_300;
      const end = growLog(env, {
        path,
        everyMs: 2000,
        rotateBytes: ROTATE_BYTES,
        line: () => {
          invoices += Math.floor(env.random.next() * 6);
          return env.random.next() < 0.02
            ? 'ERROR no free connection to the ledger'
            : `INFO invoices=${invoices} queue=${Math.floor(env.random.next() * 12)}`;
        },
      });
      return { address: { host: '127.0.0.1', port: 0, path }, end };
    }
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** At the planned place; at another port there when that is taken; on 127.0.0.1 where the system has no other loopback addresses. */
async function somewhere<T>(
  site: Site,
  start: (address: string, port: number) => Promise<T>,
): Promise<{ host: string; value: T }> {
  try {
    return { host: site.address, value: await start(site.address, site.port) };
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return { host: site.address, value: await start(site.address, 0) };
    if (codeOf(error) === 'EADDRNOTAVAIL') return { host: '127.0.0.1', value: await start('127.0.0.1', 0) };
    throw error;
  }
}

function bind(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4' });
    const failed = (error: Error) => {
      socket.close();
      reject(error);
    };
    socket.once('error', failed);
    socket.bind(port, address, () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}
