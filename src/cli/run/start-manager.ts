/**
 * Puts a manager together and starts it: the one place where all parts meet.
 *
 * The order is that of what depends on what; {@link stop} goes the other way. Nothing is polled before the ports are
 * taken, and the ports are closed before the store is.
 */
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { accessCheck, createAccessMethods } from '../../access/methods.js';
import type { Env } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import { packagePath } from '../../base/paths.js';
import { processMeter } from '../../base/process-meter.js';
import { loadDeviceTypes } from '../../config/device-types.js';
import type { Settings } from '../../config/settings.js';
import { alarmingStore } from '../../manager/alarms/alarming-store.js';
import { Configuration } from '../../manager/configuration.js';
import { EIntegrationManager } from '../../manager/e-integration-manager.js';
import { EManager } from '../../manager/e-manager.js';
import { ElementOrigins } from '../../manager/element-origins.js';
import { OwnCertificate } from '../../manager/own-certificate.js';
import type { PeerToPeerManager } from '../../manager/peer-to-peer-manager.js';
import { countEngineStart } from '../../manager/traps/engine-notes.js';
import { TrapService } from '../../manager/traps/trap-service.js';
import type { ElementName } from '../../model/element.js';
import { managerUrl } from '../../model/manager.js';
import type { MessageService } from '../../peer/message-service.js';
import { PeerConnector } from '../../peer/peer-connector.js';
import { createMessageService } from '../../peer/soap.js';
import { SocketServer } from '../../peer/socket-server.js';
import { readTlsMaterial } from '../../peer/tls-material.js';
import { openDataDir } from '../../store/data-dir.js';
import { tellingStore } from '../../store/telling-store.js';
import { packageVersion } from '../version.js';
import { startAnnouncing } from './announcing.js';
import { Ending } from './ending.js';
import { keysOf } from './keys.js';
import { listenAddresses } from './listen.js';
import { Notices } from './notices.js';
import { openSpill, openStore } from './open-store.js';
import { Pages } from './pages.js';
import { openPool } from './pool.js';
import { Undoing } from './undoing.js';
import { noteMaster } from './was-master.js';
import { createWebServer } from './web-server.js';

export interface RunningManager {
  readonly id: string;
  /** Of the portal. */
  readonly url: string;
  /** Takes the configuration file anew; never rejects. */
  reload(): Promise<void>;
  /** Hands its elements over, for 30 s at most, and ends in order; what was polled is on disk when it resolves. */
  stop(): Promise<void>;
  /** Resolves when the manager has ended, with the elements that nobody took. */
  readonly stopped: Promise<readonly ElementName[]>;
  /** Whether it ends, or has ended, to be started by its file again: it has become what that says now. */
  readonly startsAnew: boolean;
}

export interface StartOptions {
  readonly settings: Settings;
  readonly dataDir: string;
  readonly env: Env;
  /** Where `${env:NAME}` of the configuration is looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Requests in work may end for this long when the manager stops. */
const GRACE_MS = 3000;

/** @throws PtpError when a port is taken, the data directory is in use, or the configuration cannot be run here. */
export async function startManager({ settings, dataDir, env, environment }: StartOptions): Promise<RunningManager> {
  const undoing = new Undoing(env.log);
  try {
    return await assemble({ settings, dataDir, env, environment }, undoing);
  } catch (thrown) {
    await undoing.undo();
    throw thrown;
  }
}

async function assemble(
  { settings, dataDir, env, environment }: StartOptions,
  undoing: Undoing,
): Promise<RunningManager> {
  const addresses = await listenAddresses(settings);
  const deviceTypesDir = packagePath('config', 'device-types');
  const shippedTypes = await loadDeviceTypes(deviceTypesDir);
  const tls = settings.security.tls && (await readTlsMaterial(settings.security.tls));
  const data = await openDataDir(dataDir, env);
  undoing.add('data directory', () => data.close());
  const onDisk = await openStore(settings, data.dir, env);
  undoing.add('store', () => onDisk.close());
  const store = alarmingStore(
    tellingStore(onDisk, (events) => notices.stored(events)),
    env.clock,
    () => manager.alarms,
  );

  // A configuration is checked by the methods, which in turn ask it for its device types.
  const methods = createAccessMethods({
    env,
    configDir: dirname(settings.file),
    deviceTypes: joined(() => configuration.settings.deviceTypes, shippedTypes),
  });
  undoing.add(
    'access methods',
    async () => void (await Promise.all([...methods.values()].map((method) => method.close()))),
  );
  const configuration = new Configuration({
    env,
    environment,
    deviceTypesDir,
    checkAccess: accessCheck(methods),
    settings,
    obstacle,
    learnedFile: data.path('learned.json'),
  });
  await configuration.recall();
  const origins = new ElementOrigins({ env, configuration, methods, dir: data.dir, elements: () => known() });
  undoing.add('sources of elements', () => origins.close());
  await origins.recall();
  configuration.setFurther(origins);

  // Whoever polls them.
  const known = () => [
    ...configuration.settings.elements,
    ...manager.table.definitions(),
    ...(manager instanceof EIntegrationManager ? manager.reported() : []),
  ];
  const traps = new TrapService({
    env,
    store,
    identity: data.identity,
    boots: await countEngineStart(onDisk, data.incarnation),
    settings: () => configuration.settings,
    elements: () => known(),
    onSummed: (event) => manager.alarms.tell(event),
  });
  undoing.add('sender of traps', async () => traps.closeSender());
  const notices = new Notices({
    env,
    store: onDisk,
    incarnation: data.incarnation,
    settings: () => configuration.settings,
    traps,
    manager: () => manager,
  });
  undoing.add('notices', () => notices.close());
  undoing.add('traps', () => traps.close());
  const keys = keysOf(() => configuration.settings);
  // Whoever carries messages is made before the manager that answers them.
  const service: MessageService = (message, context) => answers(message, context);
  const socketServer = addresses.socket && new SocketServer({ env, self: settings.id, keys, service, tls });
  const connector = new PeerConnector({ env, self: settings.id, keys, service, tls, socketServer });
  const pages = new Pages(connector);
  const pool = await openPool({
    env,
    settings: () => configuration.settings,
    data,
    store,
    connector,
    // With certificates alone there is no key, and yet everybody has proved who it is.
    hasKey: settings.pool?.key !== undefined || settings.security.tls?.clients === 'required',
  });
  if (pool) undoing.add('journal of the pool', () => pool.journal.close());
  const Manager = settings.role === 'EIM' ? EIntegrationManager : EManager;
  const manager: PeerToPeerManager = new Manager({
    env,
    version: packageVersion(),
    incarnation: data.incarnation,
    configuration,
    store,
    spill: await openSpill(data),
    methods,
    meter: processMeter(),
    connect: (address, keeping) => pages.connect(address, keeping),
    ...(pool && { pool: pool.parts }),
    trapCounts: () => traps.counts,
    notices: notices.desk,
    control: {
      shutDown: (handOver) => ending.begin(handOver),
      startAnew: () => ending.beginAnew(),
    },
  });
  if (manager.member) pool?.begin(manager.member);
  const answers = createMessageService({ env, invoke: manager.invoke });

  const ending = new Ending(
    async () => {
      if (manager.pool.view.role === 'master') await noteMaster(store);
      return manager.handOver();
    },
    () => undoing.undo(),
  );
  const web = createWebServer({ env, manager, configuration, pages, keys, service, tls, stop: () => ending.begin() });
  undoing.add('transformer', () => web.transformer.close());
  await web.server.listen(addresses.http);
  undoing.add('HTTP server', () => web.server.close(GRACE_MS));
  if (addresses.socket && socketServer) {
    await socketServer.listen(addresses.socket);
    undoing.add('socket server', () => socketServer.close());
  }
  let shown = tls;
  configuration.onTaken(async ({ security }) => {
    const renewed = security.tls && (await readTlsMaterial(security.tls));
    if (!renewed || isDeepStrictEqual(renewed, shown)) return;
    shown = renewed;
    certificate.shown(renewed.cert);
    web.server.setTls(renewed);
    socketServer?.setTls(renewed);
    connector.setTls(renewed);
    manager.directory.reconnect();
    await manager.record({
      severity: 'indeterminate',
      name: 'certificateRenewed',
      text: `${settings.id} shows another certificate from now on, from ${security.tls?.cert}`,
    });
  });
  undoing.add('manager', () => manager.stop());
  const certificate = new OwnCertificate(env, (event) => void manager.record(event));
  undoing.add('certificate', async () => certificate.close());
  await traps.start();
  await notices.start();
  await manager.start();
  certificate.shown(tls?.cert);
  configuration.onTaken(() => traps.take());
  configuration.onTaken(() => notices.take());
  configuration.onTaken((taken) => origins.take(taken));
  origins.start();
  const announcing = startAnnouncing({
    env,
    manager,
    keys,
    listening: [addresses.http.host],
    fresh: (address, withinMs) => connector.fresh(address, 'http', withinMs),
  });
  if (announcing) undoing.add('announcements', announcing);
  configuration.watch();
  undoing.add('configuration', async () => configuration.close());

  return {
    id: settings.id,
    url: `${managerUrl(settings.address)}/`,
    reload: () => configuration.reload(),
    stop: async () => {
      await ending.begin();
      await ending.ended;
    },
    stopped: ending.ended,
    get startsAnew() {
      return ending.isBeginning;
    },
  };
}

/** The very same list as long as what comes first is the same: it is asked for at every poll. */
function joined<One>(first: () => readonly One[], then: readonly One[]): () => readonly One[] {
  let before: readonly One[] | undefined;
  let all: readonly One[] = then;
  return () => {
    const now = first();
    if (now !== before) all = [...now, ...then];
    before = now;
    return all;
  };
}

/** What only this machine can say: names that do not resolve, addresses that must not be bound, unfit certificates. */
async function obstacle(settings: Settings): Promise<string | undefined> {
  try {
    await listenAddresses(settings);
    if (settings.security.tls) await readTlsMaterial(settings.security.tls);
    return undefined;
  } catch (thrown) {
    return asPtpError(thrown).message;
  }
}
