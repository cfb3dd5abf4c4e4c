/**
 * Bounds the requests that are carried out at once, and keeps those who do not read their answers from filling the places.
 *
 * A place is held until the answer has been handed to the network, so a reader that stands still holds one (and, by
 * sending on without waiting, several) for as long as it likes. When the places are all taken, or the unread answers
 * take too much memory, readers like that are cut. A request whose handler is still at work is never given up for another.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Place {
  readonly socket: Socket;
  readonly response: ServerResponse;
}

export class WorkGate {
  readonly #most: number;
  readonly #mostUnreadBytes: number;
  /** In the order in which they came. */
  readonly #places = new Set<Place>();

  constructor(most: number, mostUnreadBytes: number) {
    this.#most = most;
    this.#mostUnreadBytes = mostUnreadBytes;
  }

  get count(): number {
    return this.#places.size;
  }

  /**
   * @returns To be called when the answer has gone; undefined when there is no place.
   */
  enter(socket: Socket, response: ServerResponse): (() => void) | undefined {
    this.#shedUnread();
    if (this.#places.size >= this.#most) this.#cutLongestUnread();
    if (this.#places.size >= this.#most || socket.destroyed) return undefined;
    const place = { socket, response };
    this.#places.add(place);
    return () => void this.#places.delete(place);
  }

  /**
   * Connections whose reader is behind, with the bytes that wait for it, in the order of their oldest request. Of
   * requests sent one after the other without waiting, all but the first keep their answers to themselves until it has gone.
   */
  #unread(): Map<Socket, number> {
    const unread = new Map<Socket, number>();
    for (const { socket, response } of this.#places) {
      if (socket.writableLength === 0 || !response.headersSent) continue;
      unread.set(socket, (unread.get(socket) ?? 0) + response.writableLength);
    }
    return unread;
  }

  #shedUnread(): void {
    const unread = this.#unread();
    let bytes = 0;
    for (const held of unread.values()) bytes += held;
    if (bytes <= this.#mostUnreadBytes) return;
    for (const [socket, held] of [...unread].sort(([, a], [, b]) => b - a)) {
      this.#cut(socket);
      bytes -= held;
      if (bytes <= this.#mostUnreadBytes) return;
    }
  }

  #cutLongestUnread(): void {
    const longest = this.#unread().keys().next();
    if (!longest.done) this.#cut(longest.value);
  }

  /** Gives up all places of the connection at once: their `close` events come only later. */
  #cut(socket: Socket): void {
    for (const place of this.#places) if (place.socket === socket) this.#places.delete(place);
    socket.destroy();
  }
}
