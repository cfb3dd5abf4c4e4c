/** All that a manager serves by HTTP: SOAP, the portal, health and metrics, behind one door. */
import type { Request, Response } from 'express';
import type { Env } from '../../base/env.js';
import { packagePath } from '../../base/paths.js';
import type { Configuration } from '../../manager/configuration.js';
import { FewEvents } from '../../manager/few-events.js';
import type { PeerToPeerManager } from '../../manager/peer-to-peer-manager.js';
import type { ElementName } from '../../model/element.js';
import { authenticateHttp, callContext, sendChallenges } from '../../peer/authenticate-http.js';
import { HttpServer } from '../../peer/http-server.js';
import type { MessageService } from '../../peer/message-service.js';
import type { CallContext } from '../../peer/peer.js';
import { Authenticator, type FailedSignIn, isFromThisHost } from '../../peer/security/authenticate.js';
import type { PoolKeys } from '../../peer/security/pool-keys.js';
import { mountSoapEndpoint } from '../../peer/soap-endpoint.js';
import type { TlsMaterial } from '../../peer/tls-material.js';
import { createEntrances } from '../../portal/entrances.js';
import { createHealth } from '../../portal/health.js';
import { createPortal } from '../../portal/portal.js';
import { createTransformer, type Transformer } from '../../xml/transform.js';
import { openAlarms } from './open-alarms.js';
import type { Pages } from './pages.js';

export interface WebServerParts {
  readonly env: Env;
  readonly manager: PeerToPeerManager;
  readonly configuration: Configuration;
  readonly pages: Pages;
  readonly keys: () => PoolKeys | undefined;
  readonly service: MessageService;
  readonly tls: TlsMaterial | undefined;
  /** Hands over and ends the manager soon; resolves with what nobody took. */
  readonly stop: () => Promise<readonly ElementName[]>;
}

export interface WebServer {
  readonly server: HttpServer;
  readonly transformer: Transformer;
}

export function createWebServer(parts: WebServerParts): WebServer {
  const { env, manager, configuration, pages, keys, service, tls, stop } = parts;
  const { context } = configuration.settings.address;
  const server = new HttpServer({ env, tls });
  const failures = new FewEvents({ clock: env.clock, record: (event) => manager.record(event), others: moreSignIns });
  const authenticator = new Authenticator(
    env,
    manager.settings.id,
    () => ({
      users: manager.settings.security.users,
      anonymous: manager.settings.security.anonymous,
      keys: keys(),
      isManager: (id) => manager.directory.get(id) !== undefined,
    }),
    (attempt) => void failures.tell(failedSignIn(attempt)),
  );
  const authenticate = async (request: Request, response: Response): Promise<CallContext> => {
    try {
      return callContext(await authenticateHttp(authenticator, request, response), response);
    } catch (thrown) {
      sendChallenges(authenticator, response);
      throw thrown;
    }
  };
  const { engine, folder } = configuration.settings.stylesheets;
  const transformer = createTransformer({
    env,
    engine,
    sheetDirs: [...(folder ? [folder] : []), packagePath('stylesheets')],
  });

  mountSoapEndpoint({ env, server, context, authenticator, service });
  server.routes.use(
    createHealth({
      notReady: () =>
        manager.state === 'running' ? manager.collector.writer.fault : `the manager is ${manager.state}`,
      status: async () => {
        const { managers } = await manager.invoke('getStatus', { scope: 'self' }, ownContext());
        const [status] = managers;
        if (!status) throw new Error('a manager has a status');
        return status;
      },
      admit: async (request, response) => {
        const { headers, socket } = request;
        if (!isFromThisHost({ headers, remoteAddress: socket.remoteAddress ?? '' }))
          await authenticate(request, response);
      },
    }),
  );
  if (!manager.settings.portal) return { server, transformer };
  server.routes.use(createEntrances(() => context));
  server.routes.use(
    `/${context}`,
    createPortal({
      env,
      identity: () => ({
        id: manager.settings.id,
        name: manager.settings.name,
        role: manager.role,
        version: manager.version,
        context,
      }),
      invoke: manager.invoke,
      asDeed: (operation, input, call, work) => manager.deeds.perform(operation, input, call, work),
      authenticate,
      transformer,
      stylesheets: folder,
      fetchPage: (page) => pages.fetch(page),
      pool: manager.pool,
      shutDown: () => stop(),
      openAlarms: openAlarms(manager, ownContext),
      knownManagers: () => manager.directory.all().map(({ address }) => address.id),
    }),
  );
  return { server, transformer };
}

const SIGN_IN_FAILED = { name: 'signInFailed', severity: 'warning' } as const;

/** The name of somebody who is not known is not told: it may be a password in the wrong place. */
const failedSignIn = ({ user, from }: FailedSignIn) => ({
  ...SIGN_IN_FAILED,
  text: user === undefined ? 'an unknown user was refused' : `${user} was refused: the password is wrong`,
  source: `user ${user ?? 'unknown'} from ${from}`,
});

const moreSignIns = (count: number) => ({
  ...SIGN_IN_FAILED,
  text: `${count} more attempts to sign in failed within a minute and were not told one by one`,
});

/** For what the manager asks itself. */
const ownContext = (): CallContext => ({
  caller: { kind: 'self', name: 'self', role: 'admin', from: '' },
  requestId: '',
  hops: 0,
  signal: new AbortController().signal,
});
