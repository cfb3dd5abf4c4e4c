/**
 * XPath of a configuration on documents from outside, against the clock.
 *
 * The time that libxml2 takes can grow with the square of the document (`//a | //b` on 4 MiB takes minutes), so what
 * is harmless on the documents that an administrator had in mind can be made to stand still by whoever sends another. Code of
 * WebAssembly cannot be ended in the middle without leaving its memory as it happens to be; a thread can be, memory and all.
 */
import { Worker } from 'node:worker_threads';
import type { Env, Timer } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { XPathAnswer } from './search.js';
import type { XPathQuestion, XPathReply } from './thread.js';

/** For one document, without waiting. */
const LIMIT_MS = 1000;
/** Loading libxml2 takes a tenth of a second; with a machine fully busy it may take many times that. */
const START_LIMIT_MS = 30_000;

interface Job {
  readonly question: XPathQuestion;
  readonly resolve: (answer: XPathAnswer | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Starts its thread when it is first needed. Documents wait for each other. */
export class ThreadedSearch {
  readonly #env: Env;
  readonly #limitMs: number;
  readonly #waiting: Job[] = [];
  #worker: Worker | undefined;
  #ready = false;
  #job: Job | undefined;
  #timer: Timer | undefined;
  #nextId = 1;
  #closed = false;

  constructor(env: Env, limitMs = LIMIT_MS) {
    this.#env = env;
    this.#limitMs = limitMs;
  }

  /**
   * @returns Undefined when it took too long.
   * @throws What aborted the signal; PtpError `Access.Content` when the thread ended (a document that takes too much memory).
   */
  async search(
    text: string,
    expressions: readonly string[],
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<XPathAnswer | undefined> {
    signal.throwIfAborted();
    if (this.#closed) throw closed();
    const question = { id: this.#nextId++, text, expressions, maxBytes };
    let onAbort = () => {};
    try {
      return await new Promise((resolve, reject) => {
        const job = { question, resolve, reject };
        onAbort = () => {
          const at = this.#waiting.indexOf(job);
          if (at >= 0) this.#waiting.splice(at, 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        this.#waiting.push(job);
        this.#next();
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closed());
    this.#job?.reject(closed());
    await this.#end();
  }

  #next(): void {
    if (this.#job || this.#waiting.length === 0) return;
    const worker = this.#worker ?? this.#start();
    if (!this.#ready) return;
    this.#job = this.#waiting.shift();
    if (!this.#job) return;
    worker.ref();
    worker.postMessage(this.#job.question);
    this.#timer = this.#env.clock.after(this.#limitMs, () => {
      this.#job?.resolve(undefined);
      void this.#end();
      this.#next();
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./thread.js', import.meta.url));
    this.#worker = worker;
    const lost = (cause?: unknown) => {
      if (this.#worker !== worker) return;
      // A thread that does not even start would be started for ever.
      const job = this.#ready ? this.#job : this.#waiting.shift();
      job?.reject(
        new PtpError('Access.Content', 'the document could not be searched; it may take too much memory', { cause }),
      );
      void this.#end();
      this.#next();
    };
    this.#timer = this.#env.clock.after(START_LIMIT_MS, lost);
    worker.on('error', lost);
    worker.on('exit', () => lost());
    worker.on('message', (reply: XPathReply) => {
      if (this.#worker !== worker) return;
      this.#timer?.cancel();
      if ('ready' in reply) this.#ready = true;
      else if (this.#job?.question.id === reply.id) {
        this.#job.resolve(reply.answer);
        this.#job = undefined;
      }
      worker.unref();
      this.#next();
    });
    return worker;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#timer?.cancel();
    this.#worker = undefined;
    this.#ready = false;
    this.#job = undefined;
    await worker?.terminate();
  }
}

const closed = (): Error => new Error('documents are no longer searched');
