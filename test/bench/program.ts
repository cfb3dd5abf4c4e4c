/** A program that does work when it is told to, as a process of its own; see `doing.ts`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Done } from './doing.js';

/** One piece of work that never ends would go on for ever. */
const LONGEST_MS = 120_000;

export class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#child = child;
    this.#lines = lines;
  }

  /** Resolves with the first line that it prints, when it is ready. */
  static async start(
    file: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly program: Program; readonly line: string }> {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
    child.once('error', () => child.stdout.destroy());
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const program = new Program(child, lines);
    return { program, line: await program.line() };
  }

  /** @param name Of a file beside this one, without its ending. */
  static async startNode(name: string, args: readonly string[]): Promise<Program> {
    const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    return (await Program.start(process.execPath, [file, ...args])).program;
  }

  async line(): Promise<string> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LONGEST_MS);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (done) throw new Error(`${this.#child.spawnargs.slice(0, 3).join(' ')} has ended`);
    return value;
  }

  async run(times: number): Promise<Done> {
    this.#child.stdin?.write(`${times}\n`);
    return JSON.parse(await this.line()) as Done;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return resolve();
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGTERM');
    });
  }
}
