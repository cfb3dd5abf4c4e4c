/**
 * Pages from XML by stylesheets, in threads: a sheet that fails, hangs or eats memory costs its own page only.
 *
 * A thread makes one page at a time. One that takes longer than the limit, or fails in a way that leaves the engine
 * unfit, is ended and replaced; other pages go on meanwhile.
 */
import { Worker } from 'node:worker_threads';
import type { Env, Timer } from '../base/env.js';
import { PtpError } from '../base/errors.js';
import type { RenderAnswer, XsltEngineName, XsltThreadData } from './xslt/engine.js';

export interface TransformerOptions {
  /** Default `libxslt`. */
  readonly engine?: XsltEngineName;
  /** Folders of stylesheets: the administrator's own, if any, then the shipped ones. */
  readonly sheetDirs: readonly string[];
  readonly env: Env;
  /** Default 1. More than one only pays when pages are asked for faster than one core makes them. */
  readonly workers?: number;
  /** For one page, without waiting. Default 5,000. */
  readonly timeLimitMs?: number;
  /** Pages that may wait; more are refused at once. Default 200. */
  readonly maxWaiting?: number;
}

export interface Transformer {
  /**
   * @param sheet Name of a stylesheet, with or without `.xsl`.
   * @throws PtpError `Server.Internal` with file and line when the sheet is wrong; `Server.Timeout` when it takes too
   *   long; `Server.Busy` when too many pages wait; `Server.Unavailable` after `close`.
   */
  render(sheet: string, xml: string): Promise<string>;
  /** Ends all threads; what waits fails. */
  close(): Promise<void>;
}

interface Job {
  readonly id: number;
  readonly sheet: string;
  readonly xml: string;
  readonly resolve: (html: string) => void;
  readonly reject: (error: PtpError) => void;
}

interface Thread {
  readonly worker: Worker;
  ready: boolean;
  job?: Job;
  timer?: Timer;
}

/** Loading an engine takes half a second; with a machine fully busy it may take many times that. */
const START_LIMIT_MS = 60_000;
const MEMORY_LIMIT_MB = 256;

export function createTransformer(options: TransformerOptions): Transformer {
  return new ThreadPool(options);
}

class ThreadPool implements Transformer {
  private readonly threads = new Set<Thread>();
  private readonly waiting: Job[] = [];
  private readonly env: Env;
  private readonly timeLimitMs: number;
  private nextId = 1;
  private closed = false;
  /** Threads that ended before they were ready, in a row: an engine that cannot start must not be tried for ever. */
  private failedStarts = 0;

  constructor(private readonly options: TransformerOptions) {
    this.env = options.env;
    this.timeLimitMs = options.timeLimitMs ?? 5000;
  }

  render(sheet: string, xml: string): Promise<string> {
    if (this.closed)
      return Promise.reject(new PtpError('Server.Unavailable', 'pages are no longer made: this manager is stopping'));
    const most = this.options.maxWaiting ?? 200;
    if (this.waiting.length >= most)
      return Promise.reject(new PtpError('Server.Busy', `${most} pages are waiting to be made; try again in a moment`));
    return new Promise((resolve, reject) => {
      this.waiting.push({
        id: this.nextId++,
        sheet: sheet.endsWith('.xsl') ? sheet : `${sheet}.xsl`,
        xml,
        resolve,
        reject,
      });
      this.dispatch();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const error = new PtpError('Server.Unavailable', 'pages are no longer made: this manager is stopping');
    for (const job of this.waiting.splice(0)) job.reject(error);
    await Promise.all([...this.threads].map((thread) => this.end(thread, error)));
  }

  private dispatch(): void {
    for (const thread of this.threads) {
      if (this.waiting.length === 0) return;
      if (thread.ready && !thread.job) this.start(thread);
    }
    const starting = [...this.threads].filter((thread) => !thread.ready).length;
    if (this.waiting.length > starting && this.threads.size < (this.options.workers ?? 1)) this.spawn();
  }

  private start(thread: Thread): void {
    const job = this.waiting.shift();
    if (!job) return;
    thread.job = job;
    thread.worker.ref();
    thread.timer = this.env.clock.after(this.timeLimitMs, () => {
      this.env.log.warn('a page took too long to make', { sheet: job.sheet, limitMs: this.timeLimitMs });
      const seconds = this.timeLimitMs / 1000;
      void this.end(
        thread,
        new PtpError('Server.Timeout', `the stylesheet ${job.sheet} took longer than ${seconds} s`, {
          place: { file: job.sheet },
        }),
      );
      this.dispatch();
    });
    thread.worker.postMessage({ id: job.id, sheet: job.sheet, xml: job.xml });
  }

  private spawn(): void {
    const data: XsltThreadData = { engine: this.options.engine ?? 'libxslt', folders: this.options.sheetDirs };
    const worker = new Worker(new URL('./xslt/thread.js', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
    });
    const thread: Thread = { worker, ready: false };
    this.threads.add(thread);
    thread.timer = this.env.clock.after(START_LIMIT_MS, () =>
      this.lost(thread, new Error('the thread did not start in time')),
    );
    worker.on('message', (message: RenderAnswer) => this.answered(thread, message));
    worker.on('error', (error) => this.lost(thread, error));
    worker.on('exit', () => this.lost(thread, new Error('the thread ended')));
  }

  private answered(thread: Thread, message: RenderAnswer): void {
    if ('ready' in message) {
      thread.timer?.cancel();
      thread.ready = true;
      this.failedStarts = 0;
      thread.worker.unref();
      this.dispatch();
      return;
    }
    const { job } = thread;
    if (job?.id !== message.id) return;
    thread.timer?.cancel();
    delete thread.job;
    thread.worker.unref();
    if ('html' in message) job.resolve(message.html);
    else {
      const { fault } = message;
      const file = fault.file ?? job.sheet;
      const where = `${file}${fault.line === undefined ? '' : `, line ${fault.line}`}`;
      job.reject(
        new PtpError('Server.Internal', `the stylesheet ${where} failed: ${fault.message}`, {
          place: { file, ...(fault.line !== undefined && { line: fault.line }) },
        }),
      );
      if (fault.fatal) void this.end(thread);
    }
    this.dispatch();
  }

  /** The thread has ended, or has to. Its page fails, and so do those that wait when no engine can be started at all. */
  private lost(thread: Thread, error: Error): void {
    if (!this.threads.has(thread)) return;
    const sheet = thread.job?.sheet;
    this.env.log.warn('a thread that makes pages was lost', {
      reason: error.message,
      ...(sheet !== undefined && { sheet }),
    });
    if (!thread.ready) this.failedStarts++;
    const failure = new PtpError(
      'Server.Internal',
      `the stylesheet ${sheet} could not be carried out: the engine ended (memory or depth of recursion)`,
      {
        cause: error,
        ...(sheet !== undefined && { place: { file: sheet } }),
      },
    );
    void this.end(thread, failure);
    if (this.failedStarts >= 3) {
      this.failedStarts = 0;
      const broken = new PtpError('Server.Unavailable', 'the XSLT engine does not start; the log says why', {
        cause: error,
      });
      for (const job of this.waiting.splice(0)) job.reject(broken);
    }
    this.dispatch();
  }

  private async end(thread: Thread, error?: PtpError): Promise<void> {
    this.threads.delete(thread);
    thread.timer?.cancel();
    if (error) thread.job?.reject(error);
    delete thread.job;
    await thread.worker.terminate();
  }
}
