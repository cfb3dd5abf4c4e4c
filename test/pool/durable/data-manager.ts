/** One manager as a process of its own, that is killed and started again on the same data. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemEnv } from '../../../src/base/system-env.js';
import { HttpConnection } from '../../../src/peer/http-connection.js';
import type { Input, OperationName, Output } from '../../../src/xml/messages/operations.js';
import { Program } from '../program.js';
import { pause } from '../trial-pool.js';
import { CONTEXT, ID, USER } from './configuration.js';

const COMMAND = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
const HURRY = new URL('./hurry.js', import.meta.url).href;
const READY_WITHIN_MS = 600_000;
const env = systemEnv('error');

export interface DataManagerOptions {
  readonly folder: string;
  readonly port: number;
  readonly configuration: string;
  /** Default is one in `folder`. */
  readonly data?: string;
  /** What stands before the command, such as `env NAME=VALUE`. */
  readonly before?: readonly string[];
}

export class DataManager {
  readonly data: string;
  readonly logFile: string;
  readonly port: number;
  readonly #configFile: string;
  readonly #before: readonly string[];
  #program: Program | undefined;
  #connection: HttpConnection | undefined;

  constructor({ folder, port, configuration, data = join(folder, 'data'), before = [] }: DataManagerOptions) {
    this.port = port;
    this.data = data;
    this.logFile = join(folder, 'manager.log');
    this.#configFile = join(folder, 'config.xml');
    this.#before = before;
    // Whoever runs it has to be able to read it; it holds a hash alone.
    chmodSync(folder, 0o755);
    writeFileSync(this.#configFile, configuration, { mode: 0o644 });
  }

  /** Resolves when the process runs, not when it is ready. */
  async launch(as: readonly string[] = []): Promise<void> {
    rmSync(this.logFile, { force: true });
    const run = ['run', this.#configFile, '--data', this.data];
    const node = [process.execPath, '--enable-source-maps', '--import', HURRY, COMMAND, ...run];
    this.#program = await Program.start([...as, ...this.#before, ...node], this.logFile);
  }

  /** Resolves with the milliseconds until `/readyz` said yes. Rejects with its log when it ends instead. */
  async start(): Promise<number> {
    const beganMs = performance.now();
    await this.launch();
    while ((await this.readiness()).status !== 200) {
      if (!this.isRunning) throw new Error(`the manager has not started: ${this.log.slice(-3000)}`);
      if (performance.now() - beganMs > READY_WITHIN_MS)
        throw new Error(`the manager is not ready after ${READY_WITHIN_MS / 1000} s: ${this.log.slice(-3000)}`);
      await pause(20);
    }
    return performance.now() - beganMs;
  }

  /** Resolves with the exit code of a start that is to fail. @param as Runs the command as somebody else. */
  async startInVain(as: readonly string[]): Promise<number | null> {
    await this.launch(as);
    // Nothing waits for this timer once the program has ended.
    const ended = await Promise.race([this.#program?.ended, wait(READY_WITHIN_MS, null, { ref: false })]);
    await this.kill();
    return ended ?? null;
  }

  /** What `/readyz` says; 0 while nobody answers. */
  async readiness(): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}/readyz`, { signal: AbortSignal.timeout(2000) });
      return { status: response.status, text: await response.text() };
    } catch (thrown) {
      return { status: 0, text: String(thrown) };
    }
  }

  get isRunning(): boolean {
    return this.#program !== undefined && !this.#program.hasEnded;
  }

  /** What this start of it has said. */
  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** SIGTERM. Resolves with its exit code. */
  async terminate(): Promise<number | null> {
    this.#program?.signal('SIGTERM');
    const code = (await this.#program?.ended) ?? null;
    await this.kill();
    return code;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.#program?.kill();
    await this.#connection?.close();
    this.#connection = undefined;
  }

  /** Asks as an administrator. Rejects with a `PtpError`. */
  ask<O extends OperationName>(operation: O, input: Input<O>): Promise<Output<O>> {
    this.#connection ??= new HttpConnection({
      env,
      to: { id: ID, origin: `http://127.0.0.1:${this.port}`, context: CONTEXT },
      user: USER,
      limits: { connectMs: 1000 },
    });
    return this.#connection.call(operation, input, { timeoutMs: 60_000 });
  }
}
