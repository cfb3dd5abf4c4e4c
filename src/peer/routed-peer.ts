/**
 * Another manager by whatever way leads there: the socket that was dialled, HTTP, or the socket that the other opened.
 *
 * Ways are tried in that order, the next only when one does not lead there at all. What must not be done twice is not
 * sent again: a way that breaks after the request may have delivered it.
 */
import { asPtpError, PtpError } from '../base/errors.js';
import type { Input, OperationName, Output } from '../xml/messages/operations.js';
import type { CallOptions, Peer } from './peer.js';

/** Operations that take something in. */
const NOT_TWICE: ReadonlySet<OperationName> = new Set(['sendEvent']);

export class RoutedPeer implements Peer {
  readonly #ways: () => readonly Peer[];
  readonly #owned: readonly Peer[];

  /**
   * @param owned Connections that belong to this peer alone and are closed with it.
   * @param ways In the order of trying; asked at every call, at least one.
   */
  constructor(owned: readonly Peer[], ways: () => readonly Peer[]) {
    this.#owned = owned;
    this.#ways = ways;
  }

  async call<O extends OperationName>(operation: O, input: Input<O>, options?: CallOptions): Promise<Output<O>> {
    let failure: PtpError | undefined;
    for (const way of this.#ways()) {
      try {
        return await way.call(operation, input, options);
      } catch (thrown) {
        const error = asPtpError(thrown);
        // The reason that a person can act on is the first one: that of the way that should have worked.
        failure ??= error;
        if (error.code !== 'Server.Unavailable' || NOT_TWICE.has(operation)) throw error;
      }
    }
    throw failure ?? new PtpError('Server.Unavailable', 'no way leads to that manager');
  }

  async close(): Promise<void> {
    await Promise.all(this.#owned.map((connection) => connection.close()));
  }
}
