/**
 * Long messages against the schema, beside the loop: ten megabytes take most of a second, and heartbeats do not wait so
 * long.
 */
import { Worker } from 'node:worker_threads';
import { PtpError } from '../../base/errors.js';
import type { CheckQuestion, CheckReply } from './check-thread.js';
import { messageSchema } from './validate.js';

/** Characters up to which a message is looked at at once: some ten milliseconds. */
const LONG = 128 * 2 ** 10;
/** Long ones that wait for each other. */
const MOST_WAITING = 16;

/** Whether it is looked at in the thread. */
export const isLong = (text: string): boolean => text.length > LONG;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Where a message stands within its envelope. */
export interface Within {
  readonly from: number;
  readonly to: number;
}

/** Starts its thread when it is first needed; it does not keep the process alive but while somebody waits. */
export class ThreadedCheck {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 1;

  /**
   * @param within Of one that is written here: it is read in the quick way first, which takes half of the time.
   * @throws PtpError as {@link messageSchema}; `Server.Busy` when too many long ones wait; `Server.Internal` when the
   *   thread ended, as for want of memory.
   */
  async require(text: string, within?: Within): Promise<void> {
    if (!isLong(text)) return messageSchema().require(text);
    if (this.#waiting.size >= MOST_WAITING)
      throw new PtpError('Server.Busy', 'too many long messages are being checked; try again in a second');
    const worker = this.#worker ?? this.#start();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, text, ...(within && { within }) } satisfies CheckQuestion);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./check-thread.js', import.meta.url));
    this.#worker = worker;
    const lost = (cause?: unknown) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      const error = new PtpError('Server.Internal', 'a long message could not be checked', { cause });
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    worker.on('error', lost);
    worker.on('exit', () => lost());
    worker.on('message', ({ id, fault }: CheckReply) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      if (fault) waiting?.reject(new PtpError(fault.code, fault.message, { place: fault.place }));
      else waiting?.resolve();
    });
    return worker;
  }
}
