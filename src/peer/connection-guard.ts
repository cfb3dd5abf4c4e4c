/**
 * Keeps room for the next good request, however many connections hang about.
 *
 * A connection costs something as soon as it is there, whether or not it ever asks. When all places are taken, the
 * address with the most connections gives one up: the one that has been without a request in work for the longest.
 * Connections whose request is being carried out are never cut; their number is bounded by the work gate.
 */
import type { Socket } from 'node:net';

/** Tells a connection from all others, below TLS and above it alike. */
export const connectionKey = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;

interface Entry {
  readonly socket: Socket;
  readonly address: string;
  inWork: number;
}

export class ConnectionGuard {
  readonly #most: number;
  /** In the order in which they were last busy, the longest idle first. */
  readonly #entries = new Map<string, Entry>();
  readonly #perAddress = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Takes a new connection in, or destroys it when no other can go. */
  admit(socket: Socket): void {
    if (this.#entries.size >= this.#most && !this.#evict()) {
      socket.destroy();
      return;
    }
    const address = socket.remoteAddress ?? '';
    const key = connectionKey(socket);
    this.#entries.set(key, { socket, address, inWork: 0 });
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    socket.once('close', () => this.#forget(key, socket));
  }

  /** A request on it is whole and is being carried out, until the returned function is called. */
  beginWork(key: string): () => void {
    const entry = this.#entries.get(key);
    if (!entry) return () => {};
    entry.inWork += 1;
    return () => {
      entry.inWork -= 1;
      if (this.#entries.get(key) !== entry) return;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    };
  }

  /** It is counted elsewhere from now on. */
  release(key: string): void {
    const entry = this.#entries.get(key);
    if (entry) this.#forget(key, entry.socket);
  }

  destroyAll(): void {
    for (const { socket } of [...this.#entries.values()]) socket.destroy();
  }

  #evict(): boolean {
    let busiest = '';
    let most = 0;
    for (const [address, count] of this.#perAddress) if (count > most) [busiest, most] = [address, count];
    let victim: [string, Entry] | undefined;
    for (const candidate of this.#entries) {
      if (candidate[1].inWork > 0) continue;
      victim ??= candidate;
      if (candidate[1].address !== busiest) continue;
      victim = candidate;
      break;
    }
    if (!victim) return false;
    const [key, { socket }] = victim;
    this.#forget(key, socket);
    socket.destroy();
    return true;
  }

  #forget(key: string, socket: Socket): void {
    const entry = this.#entries.get(key);
    if (entry?.socket !== socket) return;
    this.#entries.delete(key);
    const left = (this.#perAddress.get(entry.address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(entry.address, left);
    else this.#perAddress.delete(entry.address);
  }
}
