/** Managers as processes of their own, as `ptpmgr run` starts them: for scenarios, and for clients in other languages. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freeTcpPort } from './ports.js';
import { type Exit, type RunningProcess, startProcess, until } from './processes.js';
import { temporaryFolder } from './temporary.js';

/** The command beside these tests, so that what was compiled together runs together. */
const COMMAND = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface ManagerOptions {
  readonly id: string;
  /** Default `EM`. */
  readonly role?: 'EM' | 'EIM';
  /**
   * Everything below the manager's `HOST`, as XML in the order of `samples/full-em-config.xml`.
   * Default `<SECURITY anonymous="viewer"/>`: who asks from loopback may look.
   */
  readonly body?: string;
  /** HTTP; default a free one. */
  readonly port?: number;
  /** `SOCKET_SERVER`; default none. */
  readonly socketPort?: number;
  /** `https` when the body has a `TLS` with certificates for 127.0.0.1. Default `http`. */
  readonly scheme?: 'http' | 'https';
  /** Added to the process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How other managers' configurations refer to this one. */
export interface ManagerReference {
  readonly id: string;
  readonly role: 'EM' | 'EIM';
  readonly port: number;
  readonly scheme: 'http' | 'https';
}

const contextOf = (role: 'EM' | 'EIM'): string => `ptpmgr/${role.toLowerCase()}`;
const hostXml = ({ role, port, scheme }: Omit<ManagerReference, 'id'>): string =>
  `<HOST dnsname="localhost"><HTTP_SERVER uri="${scheme}://127.0.0.1:${port}" context="${contextOf(role)}"/></HOST>`;

/** `EMANAGER` or `EINTEGRATION_MANAGER` as it stands in `NEIGHBORS`, `EMANAGERS` or at the head of an EM's list. */
export function referenceXml(reference: ManagerReference): string {
  const tag = reference.role === 'EM' ? 'EMANAGER' : 'EINTEGRATION_MANAGER';
  return `<${tag} id="${reference.id}">${hostXml(reference)}</${tag}>`;
}

/** A manager's configuration file; it can be started, ended and started again on the same port and data. */
export class ManagerProcess implements ManagerReference {
  readonly id: string;
  readonly role: 'EM' | 'EIM';
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** `http://127.0.0.1:PORT/ptpmgr/em`; `/soap` follows. */
  readonly url: string;
  readonly configFile: string;
  readonly dataFolder: string;
  readonly #options: ManagerOptions;
  #process: RunningProcess | undefined;

  /** Nothing runs yet. Use {@link ManagerProcess.create}. */
  private constructor(options: ManagerOptions, port: number) {
    this.#options = options;
    this.id = options.id;
    this.role = options.role ?? 'EM';
    this.port = port;
    this.scheme = options.scheme ?? 'http';
    this.origin = `${this.scheme}://127.0.0.1:${port}`;
    this.url = `${this.origin}/${contextOf(this.role)}`;
    const folder = temporaryFolder(`manager-${options.id}`);
    this.configFile = join(folder, 'config.xml');
    this.dataFolder = join(folder, 'data');
    this.configure(options.body);
  }

  /** Writes the configuration without starting. */
  static async create(options: ManagerOptions): Promise<ManagerProcess> {
    return new ManagerProcess(options, options.port ?? (await freeTcpPort()));
  }

  /** Writes the configuration anew with another body; a running manager sees the save. */
  configure(body = '<SECURITY anonymous="viewer"/>'): void {
    const tag = this.role === 'EM' ? 'EMANAGER' : 'EINTEGRATION_MANAGER';
    const socket = this.#options.socketPort;
    writeFileSync(
      this.configFile,
      `<?xml version="1.0"?>
<PTP_CONFIG version="1.0">
  <PTPMANAGER type="${this.role}"/>
  <${tag} id="${this.id}">
    ${socket === undefined ? '' : `<SOCKET_SERVER><SERVER_NAME>127.0.0.1</SERVER_NAME><SERVER_PORT>${socket}</SERVER_PORT></SOCKET_SERVER>`}
    ${hostXml(this)}
    ${body}
  </${tag}>
</PTP_CONFIG>
`,
    );
  }

  /** The process that runs now. Throws when none does. */
  get process(): RunningProcess {
    if (!this.#process || this.#process.hasEnded) throw new Error(`${this.id} is not running`);
    return this.#process;
  }

  get isRunning(): boolean {
    return this.#process !== undefined && !this.#process.hasEnded;
  }

  /** Starts it without waiting for anything: for configurations that are meant to fail. */
  async launch(): Promise<RunningProcess> {
    if (this.isRunning) throw new Error(`${this.id} is running already`);
    this.#process = await startProcess(
      process.execPath,
      ['--enable-source-maps', COMMAND, 'run', this.configFile, '--data', this.dataFolder],
      this.#options.env ? { env: this.#options.env } : {},
    );
    return this.#process;
  }

  /** Starts it and waits until `/readyz` says yes; rejects with its log when it ends instead. */
  async start(): Promise<void> {
    const started = await this.launch();
    const ready = async () => {
      if (started.hasEnded) throw new Error(`${this.id} ended instead of starting:\n${started.output.slice(-4000)}`);
      // Certificates of a test's own are not trusted by `fetch`; it says so itself, too.
      return this.scheme === 'https' ? started.stdout.includes(' is running: ') : answersWell(`${this.origin}/readyz`);
    };
    // A machine that is busy with other things starts nothing soon.
    await until(`${this.id} is ready`, ready, 60_000).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${started.output.slice(-4000)}`);
    });
  }

  /** SIGTERM, and the exit once it is there. */
  stop(): Promise<Exit> {
    return this.process.stop('SIGTERM', 35_000);
  }

  /** `kill -9`. */
  kill(): Promise<Exit> {
    return this.process.stop('SIGKILL');
  }
}

/** Creates and starts a manager; resolves when it is ready. */
export async function startManager(options: ManagerOptions): Promise<ManagerProcess> {
  const manager = await ManagerProcess.create(options);
  await manager.start();
  return manager;
}

async function answersWell(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
