/** Programs that a trial starts, each with its output in a file; they are signalled by their process id alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export class Program {
  readonly pid: number;
  /** Resolves with its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #hasEnded = false;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    running.add(this);
    this.ended = new Promise((resolve) =>
      child.once('exit', (code) => {
        this.#hasEnded = true;
        running.delete(this);
        resolve(code);
      }),
    );
  }

  /** @throws When it cannot be started. */
  static async start(command: readonly string[], output: string): Promise<Program> {
    const [program = '', ...args] = command;
    const file = openSync(output, 'a');
    try {
      const child = spawn(program, args, { stdio: ['ignore', file, file] });
      const { pid } = child;
      if (pid === undefined) throw await new Promise<Error>((resolve) => child.once('error', resolve));
      return new Program(child, pid);
    } finally {
      closeSync(file);
    }
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#child.kill(signal);
  }

  /** `kill -9`; also one that is stopped. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}

const running = new Set<Program>();

export const killAll = async (): Promise<void> => void (await Promise.all([...running].map((one) => one.kill())));
process.once('exit', () => {
  for (const one of running) one.signal('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    process.stderr.write(`broken off by ${signal}\n`);
    process.exit(1);
  });
