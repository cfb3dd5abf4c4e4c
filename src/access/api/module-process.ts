/** One process of a module, from its start to its end: it is asked one poll at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/env.js';
import { invariant, PtpError } from '../../base/errors.js';
import { endedFailure, moduleFailure, stoodStill, tooLate, tooLong } from './module-failure.js';
import type { ModuleFile } from './module-file.js';
import { CHANNEL, MOST_ANSWER_BYTES, MOST_HEAP_MIB, parseReply, type Question } from './protocol.js';

const HOST = fileURLToPath(new URL('./host.js', import.meta.url));
/** For a module that is told that its time is over. */
export const GRACE_MS = 500;
/** Between the end of a process and that of its socket, which something that it started may hold open. */
const LINGER_MS = 300;
/** Of the manager's own environment, which may hold secrets; where programs are, and how people write there. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'];

export interface ModuleQuestion {
  /** Plain data. */
  readonly request: unknown;
  readonly limitMs: number;
  /** Not to be shown in an error. */
  readonly secrets: readonly string[];
}

interface Asked {
  readonly id: number;
  readonly secrets: readonly string[];
  readonly settle: (outcome: PtpError | { readonly answer: unknown }) => void;
  /** Set once time is up: whether it has heard so. */
  over?: { heard: boolean };
}

export class ModuleProcess {
  readonly file: ModuleFile;
  /** When nothing of it is left. */
  readonly ended: Promise<void>;
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  #asked: Asked | undefined;
  #nextId = 1;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #isUsable = true;

  /** @param folder That relative paths in the module are meant from. */
  constructor(clock: Clock, file: ModuleFile, folder: string) {
    this.#clock = clock;
    this.file = file;
    // A process group of its own: what the module starts ends with it, and a Ctrl-C is its manager's to handle.
    this.#child = spawn(
      process.execPath,
      [`--max-old-space-size=${MOST_HEAP_MIB}`, HOST, file.path, String(process.pid)],
      {
        cwd: folder,
        detached: true,
        env: Object.fromEntries(PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
        // What it prints could hold anything, and be without end.
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      },
    );
    const channel = this.#child.stdio[CHANNEL];
    invariant(channel instanceof Socket, 'a pipe beyond the first three is a socket');
    this.#channel = channel;
    channel.on('data', (bytes: Buffer) => this.#take(bytes));
    // It ends with the process, which says why.
    channel.on('error', () => {});
    this.ended = this.#followEnd();
  }

  /** Whether another poll may be asked. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /**
   * @returns What the module answered: JSON of anything.
   * @throws PtpError `Access.*`; it is not usable afterwards when more than the poll itself went wrong.
   */
  async ask({ request, limitMs, secrets }: ModuleQuestion): Promise<unknown> {
    invariant(!this.#asked && this.#isUsable, 'a module is asked one poll at a time');
    const id = this.#nextId++;
    this.#hold(true);
    const timer = this.#clock.after(limitMs, () => this.#sayOver(id, limitMs));
    try {
      return await new Promise((resolve, reject) => {
        const settle: Asked['settle'] = (outcome) => {
          this.#asked = undefined;
          if (outcome instanceof PtpError) reject(outcome);
          else resolve(outcome.answer);
        };
        this.#asked = { id, secrets, settle };
        this.#tell({ id, request });
      });
    } finally {
      timer.cancel();
      this.#hold(false);
    }
  }

  /** At once, whatever it does; what is being asked fails with this. */
  end(failure: PtpError): void {
    this.#isUsable = false;
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#kill();
    this.#asked?.settle(failure);
  }

  /** With all that it has started. */
  #kill(): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // Nothing of it is left.
    }
  }

  #tell(question: Question): void {
    this.#channel.write(`${JSON.stringify(question)}\n`);
  }

  /** An idle process keeps nobody from ending. */
  #hold(isHeld: boolean): void {
    if (isHeld) {
      this.#child.ref();
      this.#channel.ref();
    } else {
      this.#child.unref();
      this.#channel.unref();
    }
  }

  #sayOver(id: number, limitMs: number): void {
    const asked = this.#asked;
    if (asked?.id !== id) return;
    const over = { heard: false };
    asked.over = over;
    this.#tell({ id, over: true });
    this.#clock.after(GRACE_MS, () => {
      if (this.#asked !== asked) return;
      const { place } = this.file;
      this.end(over.heard ? tooLate(place, limitMs) : stoodStill(place, limitMs));
    });
  }

  #take(bytes: Buffer): void {
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes > MOST_ANSWER_BYTES) {
      this.end(tooLong(this.file.place));
      return;
    }
    this.#received.push(bytes);
    if (!bytes.includes('\n')) return;
    const lines = Buffer.concat(this.#received).toString('utf8').split('\n');
    const rest = Buffer.from(lines.pop() ?? '');
    this.#received = [rest];
    this.#receivedBytes = rest.length;
    for (const line of lines) this.#hear(line);
  }

  #hear(line: string): void {
    const asked = this.#asked;
    const reply = parseReply(line);
    if (!asked || reply?.id !== asked.id) {
      const { place } = this.file;
      this.end(new PtpError('Access.Protocol', `${place} disturbs the talk with its manager, and was ended`));
      return;
    }
    if ('heard' in reply) {
      if (asked.over) asked.over.heard = true;
    } else if ('answer' in reply) asked.settle({ answer: reply.answer });
    else {
      const failure = moduleFailure(reply.failed, this.file.place, asked.secrets);
      // The way in which a poll fails because time is up is its own affair.
      if (asked.over) this.end(new PtpError('Access.Timeout', `${this.file.place} did not answer in time`));
      else if (reply.failed.stage === 'poll' || reply.failed.stage === 'answer') asked.settle(failure);
      else this.end(failure);
    }
  }

  #followEnd(): Promise<void> {
    return new Promise((resolve) => {
      const child = this.#child;
      const lost = (failure: PtpError) => {
        this.end(failure);
        this.#channel.destroy();
        resolve();
      };
      child.once('error', (cause) => {
        const reason = 'code' in cause ? ` (${String(cause.code)})` : '';
        lost(
          new PtpError(
            'Access.Settings',
            `no process can be started for ${this.file.place}${reason}; this manager's user should be allowed to have that many`,
            { cause },
          ),
        );
      });
      child.once('exit', (code, signal) => {
        this.#isUsable = false;
        this.#kill();
        const failure = endedFailure(code, signal, this.file.place);
        // What it said last may still be on its way.
        if (this.#channel.destroyed) return lost(failure);
        const timer = this.#clock.after(LINGER_MS, () => lost(failure));
        this.#channel.once('close', () => {
          timer.cancel();
          lost(failure);
        });
      });
    });
  }
}
