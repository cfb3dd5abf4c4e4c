/** Reads request bodies whole, within bounds for each and for all together. */
import type { IncomingMessage } from 'node:http';
import { PtpError } from '../base/errors.js';

interface Receiving {
  bytes: number;
  giveUp(error: PtpError): void;
}

export class BodyReader {
  readonly #eachBytes: number;
  readonly #allBytes: number;
  readonly #receiving = new Set<Receiving>();
  #heldBytes = 0;

  constructor(eachBytes: number, allBytes: number) {
    this.#eachBytes = eachBytes;
    this.#allBytes = allBytes;
  }

  /** Bytes of unfinished bodies in memory now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether the announced length alone is too much. */
  announcesTooMuch(request: IncomingMessage): boolean {
    return Number(request.headers['content-length'] ?? 0) > this.#eachBytes;
  }

  /**
   * @throws PtpError `Client.TooLarge` before more than the bound is held; `Client.MediaType` for an encoded body;
   *   `Server.Busy` when all bodies together are too much; `Client.Timeout` when the sender went away or was too slow.
   */
  read(request: IncomingMessage): Promise<Buffer> {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
      return Promise.reject(
        new PtpError('Client.MediaType', 'Content-Encoding is not supported; send the body as it is'),
      );
    }
    if (this.announcesTooMuch(request)) return Promise.reject(this.#tooLarge());
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const entry: Receiving = { bytes: 0, giveUp: (error) => settle(() => reject(error)) };
      const settle = (outcome: () => void) => {
        if (!this.#receiving.delete(entry)) return;
        this.#heldBytes -= entry.bytes;
        request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
        chunks.length = 0;
        outcome();
      };
      const onData = (chunk: Buffer) => {
        entry.bytes += chunk.length;
        this.#heldBytes += chunk.length;
        if (entry.bytes > this.#eachBytes) return entry.giveUp(this.#tooLarge());
        chunks.push(chunk);
        if (this.#heldBytes > this.#allBytes) this.#giveUpLargest();
      };
      const onEnd = () => {
        const body = Buffer.concat(chunks);
        settle(() => resolve(body));
      };
      const onGone = () => entry.giveUp(new PtpError('Client.Timeout', 'the request ended before its body was whole'));
      this.#receiving.add(entry);
      request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
    });
  }

  #giveUpLargest(): void {
    let largest: Receiving | undefined;
    for (const one of this.#receiving) if (!largest || one.bytes > largest.bytes) largest = one;
    largest?.giveUp(
      new PtpError('Server.Busy', 'too many large requests are arriving at once; try again in a few seconds'),
    );
  }

  #tooLarge(): PtpError {
    return new PtpError('Client.TooLarge', `the body is larger than ${this.#eachBytes} bytes; split the request`);
  }
}
