/** A manager that polls, as `ptpmgr run` starts it, in a process of its own; and what that takes of the machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freeTcpPort } from '../../support/ports.js';

/** The command beside this file, so that what was compiled together runs together. */
const COMMAND = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
/** Of what `/proc/PID/stat` counts: USER_HZ, which is 100 on every machine that Node runs on. */
const TICK_MS = 10;
const READY_WITHIN_MS = 60_000;

export interface ManagerOptions {
  readonly folder: string;
  readonly id: string;
  /** Below `HOST`, as XML. */
  readonly body: string;
  /** For Node. */
  readonly flags?: readonly string[];
  /** Default `warn`. */
  readonly logLevel?: 'warn' | 'error';
  /** Of HTTP and of the socket; default free ones. */
  readonly ports?: readonly [http: number, socket: number];
}

export class PollingManager {
  readonly url: string;
  readonly socketPort: number;
  /** From the start of the process until it was ready. */
  readyMs = 0;
  readonly #child: ChildProcess;
  readonly #origin: string;

  private constructor(child: ChildProcess, port: number, socketPort: number) {
    this.#child = child;
    this.#origin = `http://127.0.0.1:${port}`;
    this.url = `${this.#origin}/ptpmgr/em`;
    this.socketPort = socketPort;
  }

  static async start({
    folder,
    id,
    body,
    flags = [],
    ports,
    logLevel = 'warn',
  }: ManagerOptions): Promise<PollingManager> {
    const [port, socketPort] = ports ?? (await Promise.all([freeTcpPort(), freeTcpPort()]));
    const file = join(folder, `${id}.xml`);
    const socket = `<SERVER_NAME>127.0.0.1</SERVER_NAME><SERVER_PORT>${socketPort}</SERVER_PORT>`;
    writeFileSync(
      file,
      `<?xml version="1.0"?>
<PTP_CONFIG version="1.0">
  <PTPMANAGER type="EM"/>
  <EMANAGER id="${id}">
    <SOCKET_SERVER>${socket}</SOCKET_SERVER>
    <HOST dnsname="localhost"><HTTP_SERVER uri="http://127.0.0.1:${port}" context="ptpmgr/em"/></HOST>
    ${body}
  </EMANAGER>
</PTP_CONFIG>
`,
    );
    const startedMs = performance.now();
    const args = [...flags, COMMAND, 'run', file, '--data', join(folder, id), '--log-level', logLevel];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const manager = new PollingManager(child, port, socketPort);
    while (!(await manager.#isReady())) {
      if (child.exitCode !== null) throw new Error(`the manager ended with ${child.exitCode}`);
      if (performance.now() - startedMs > READY_WITHIN_MS) {
        manager.kill();
        throw new Error('the manager is not ready');
      }
      await wait(10);
    }
    manager.readyMs = performance.now() - startedMs;
    return manager;
  }

  /** User and system, of all threads, since its start. */
  cpuMs(): number {
    const fields = this.#proc('stat')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }

  residentMb(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(this.#proc('status'))?.[1]) / 1024;
  }

  /** What it says of itself, by the names of its metrics; of those with labels the values are added up. */
  async figures(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`${this.#origin}/metrics`)).text();
    const figures = new Map<string, number>();
    for (const [, name = '', labels = '', value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
      const what = /name="(\w+)"/.exec(labels)?.[1];
      const key = what === undefined ? name : `${name} ${what}`;
      figures.set(key, (figures.get(key) ?? 0) + Number(value));
    }
    return figures;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await Promise.race([ended, wait(20_000)]);
    this.#child.kill('SIGKILL');
  }

  /** At once, for when the process that started it ends. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #proc(name: string): string {
    return readFileSync(`/proc/${this.#child.pid}/${name}`, 'utf8');
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.#origin}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}
