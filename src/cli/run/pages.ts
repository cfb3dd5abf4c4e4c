/** Pages of other managers, handed through to whoever looks at them here. */
import { PtpError } from '../../base/errors.js';
import { MOST_HOPS } from '../../manager/hops.js';
import type { ManagerAddress } from '../../model/manager.js';
import type { Peer } from '../../peer/peer.js';
import type { Keeping, PeerConnector, RoutedPeer } from '../../peer/peer-connector.js';
import type { RemoteAnswer, RemotePage } from '../../portal/parts.js';

export class Pages {
  readonly #connector: PeerConnector;
  readonly #peers = new Map<string, RoutedPeer>();

  constructor(connector: PeerConnector) {
    this.#connector = connector;
  }

  /** A way to the manager; while it is not closed, that one's pages can be fetched. */
  connect(address: ManagerAddress, keeping: Keeping): Peer {
    const peer = this.#connector.connect(address, keeping);
    this.#peers.set(address.id, peer);
    return {
      ...peer,
      close: () => {
        if (this.#peers.get(address.id) === peer) this.#peers.delete(address.id);
        return peer.close();
      },
    };
  }

  /** @throws PtpError `Client.NotFound` for a manager that is not known. */
  async fetch({ manager, path, headers, context }: RemotePage): Promise<RemoteAnswer> {
    const peer = this.#peers.get(manager);
    if (!peer) throw new PtpError('Client.NotFound', `no manager ${manager} is known here`);
    if (context.hops >= MOST_HOPS)
      throw new PtpError('Server.Unavailable', `the page has been passed on ${MOST_HOPS} times`);
    const { accept = '*/*', ...others } = headers;
    const onBehalfOf = { ...context, hops: context.hops + 1 };
    const page = await peer.getPage(path.replace(/^\//, ''), accept, { signal: context.signal, onBehalfOf }, others);
    return { status: page.status, contentType: page.contentType, body: page.body.toString('utf8') };
  }
}
