/** What the portal is made of: everything it needs from the manager that it shows. */
import type { Request, Response } from 'express';
import type { Env } from '../base/env.js';
import type { AsDeed } from '../manager/deeds.js';
import type { PoolService } from '../manager/pool/pool-service.js';
import type { ElementName } from '../model/element.js';
import type { ManagerRole } from '../model/manager.js';
import type { CallContext, Invoke } from '../peer/peer.js';
import type { Output } from '../xml/messages/operations.js';

/** Turns a page's XML into HTML. */
export interface PageTransformer {
  /** @param sheet Name of a stylesheet without its ending, such as `devices`. */
  render(sheet: string, xml: string): Promise<string>;
}

/** The manager whose portal this is. */
export interface PortalIdentity {
  readonly id: string;
  readonly name?: string;
  readonly role: ManagerRole;
  /** Version of the program. */
  readonly version: string;
  /** Path without slashes at its ends, such as `ptpmgr/em`. */
  readonly context: string;
}

/** A page of another manager, to be asked for as a peer on behalf of the person who looks at it. */
export interface RemotePage {
  readonly manager: string;
  /** Path and query below the other's context, beginning with a slash: `/devices?page=2`. */
  readonly path: string;
  /** To be sent as they are: `accept`, and where the page will be shown (`x-ptpmgr-base` and its companions). */
  readonly headers: Readonly<Record<string, string>>;
  readonly context: CallContext;
}

export interface RemoteAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface PortalParts {
  readonly env: Env;
  /** Asked anew for every page: a reload may change it. */
  readonly identity: () => PortalIdentity;
  /** The same operations as over SOAP: everything shown comes from them. */
  readonly invoke: Invoke;
  /** Carries out what is done without them, and tells of it as of them; absent: tells nobody. */
  readonly asDeed?: AsDeed;
  /** @throws PtpError `Client.Unauthorized` when nobody is proved and anonymous looking is not allowed. */
  readonly authenticate: (request: Request, response: Response) => Promise<CallContext>;
  readonly transformer: PageTransformer;
  /** Folder of the administrator's own stylesheets, looked into before the shipped ones. */
  readonly stylesheets?: string;
  /** Hands the page of another manager through; absent where there is nobody to hand through. */
  readonly fetchPage?: (page: RemotePage) => Promise<RemoteAnswer>;
  /** Ids of the managers whose pages can be handed through. */
  readonly knownManagers: () => readonly string[];
  /** The pool of the manager; without it the pages say that it is in none, and nothing can be delegated. */
  readonly pool?: PoolService;
  /** Open alarms by severity, as far as is known without asking anybody; absent: the head of pages counts none. */
  readonly openAlarms?: () => Output<'getAlarms'>['counts'];
  /** Hands over, leaves the pool, ends the process, and says what nobody took; absent: the pool is left, no more. */
  readonly shutDown?: () => Promise<readonly ElementName[]>;
}
