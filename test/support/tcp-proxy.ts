/** Stands between two ends of a TCP connection: listens, and changes what passes where a test says so. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export class TcpProxy {
  /** What came from the side that connected, connection by connection. */
  readonly sent: Buffer[][] = [];
  up: (chunk: Buffer) => Buffer = (chunk) => chunk;
  down: (chunk: Buffer) => Buffer = (chunk) => chunk;
  readonly #sockets = new Set<Socket>();
  readonly #server;

  constructor(to: () => number) {
    this.#server = createServer((near) => {
      const far = connect({ host: '127.0.0.1', port: to() });
      const chunks: Buffer[] = [];
      this.sent.push(chunks);
      near.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        far.write(this.up(chunk));
      });
      far.on('data', (chunk: Buffer) => near.write(this.down(chunk)));
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one
          .on('error', () => {})
          .on('close', () => {
            this.#sockets.delete(one);
            other.destroy();
          });
      }
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks all connections that stand; new ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }
}

/** The same bytes with one replaced text, which must have the same length. */
export function replaced(chunk: Buffer, from: string, to: string): Buffer {
  const at = chunk.indexOf(from);
  if (at < 0 || from.length !== to.length) return chunk;
  const changed = Buffer.from(chunk);
  changed.write(to, at, 'latin1');
  return changed;
}
