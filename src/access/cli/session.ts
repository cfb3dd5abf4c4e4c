/**
 * One poll's way to a command line: single commands over SSH where the device takes them, else everything at a prompt.
 *
 * Whether single commands are taken shows when one is tried: the device refuses it, or says nothing at all, or ends the
 * connection with the first so that there is none for the second. Then a new connection is made for a prompt.
 */
import type { Clock } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { Credential } from '../access.js';
import type { CliTarget } from './address.js';
import { fingerprintOf, hostTrust } from './host-key.js';
import { type LogIn, logIn, seconds } from './login.js';
import type { PrivateKeys } from './private-keys.js';
import type { Redaction } from './redact.js';
import { shortened, throwComplaint, typeCommands } from './shell.js';
import { type Executed, NoExec, SshConnection } from './ssh.js';
import { openTelnet } from './telnet.js';
import type { Terminal } from './terminal.js';

export interface SessionParts {
  readonly keys: PrivateKeys;
  /** For every step: connecting, logging in, a command. */
  readonly limitMs: number;
  /** Known from before. */
  readonly needsShell: boolean;
}

/** Exit statuses by which shells say that they cannot run a command (POSIX, "Exit Status for Commands"). */
const NOT_RUN: readonly (number | undefined)[] = [126, 127];

export class CliSession {
  readonly target: CliTarget;
  readonly #credential: Credential | undefined;
  readonly #clock: Clock;
  readonly #parts: SessionParts;
  readonly #ends: (() => void)[] = [];
  #ended = false;
  /** Fingerprint that the host showed. */
  hostKey: string | undefined;
  /** When it was let in, monotonic. */
  enteredMs: number | undefined;
  /** Whether single commands are known not to be taken. */
  isShellNeeded: boolean;

  constructor(target: CliTarget, credential: Credential | undefined, clock: Clock, parts: SessionParts) {
    this.target = target;
    this.#credential = credential;
    this.#clock = clock;
    this.#parts = parts;
    this.isShellNeeded = parts.needsShell && target.session === undefined;
  }

  /** @returns What each command printed. @throws PtpError `Access.*` */
  async run(commands: readonly string[], redaction: Redaction): Promise<readonly string[]> {
    const { protocol, session } = this.target;
    if (protocol === 'ssh' && session !== 'shell' && !this.isShellNeeded) {
      try {
        return await this.#runSingly(commands, redaction);
      } catch (thrown) {
        if (!(thrown instanceof NoExec)) throw thrown;
        if (session === 'exec') throw this.#refusesExec(thrown);
        this.isShellNeeded = true;
        this.#endAll();
      }
    }
    return this.#runAtPrompt(commands, redaction);
  }

  end(): void {
    this.#ended = true;
    this.#endAll();
  }

  async #runSingly(commands: readonly string[], redaction: Redaction): Promise<readonly string[]> {
    const connection = await this.#openSsh();
    this.enteredMs = this.#clock.monotonic();
    const outputs: string[] = [];
    for (const command of commands) {
      const done = await this.#execute(connection, command, redaction);
      outputs.push(redaction.output(this.#outputOf(command, done, redaction)));
    }
    return outputs;
  }

  async #execute(connection: SshConnection, command: string, redaction: Redaction): Promise<Executed> {
    const { limitMs } = this.#parts;
    const late = () =>
      new PtpError(
        'Access.Timeout',
        `${this.target.place} did not finish the command "${shortened(command, redaction)}" within ${seconds(limitMs)}; it may need session="shell"`,
      );
    try {
      const done = await connection.execute(command, limitMs, late);
      // Something that takes commands says at least how they ended.
      if (done.code === undefined && done.text.trim() === '' && done.errors.trim() === '') throw new NoExec('silent');
      return done;
    } catch (thrown) {
      if (thrown instanceof PtpError && thrown.code === 'Access.Refused') throw new NoExec('ended', { cause: thrown });
      throw thrown;
    }
  }

  #outputOf(command: string, { text, errors, code }: Executed, redaction: Redaction): string {
    const { place } = this.target;
    const [said] = errors.split('\n').filter((line) => line.trim() !== '');
    const output = text.replace(/\n+$/, '');
    throwComplaint(command, output.trim() === '' ? errors : output, place, redaction);
    if (NOT_RUN.includes(code) || (code !== undefined && code !== 0 && output.trim() === ''))
      throw new PtpError(
        'Access.Content',
        `${place} ended the command "${shortened(command, redaction)}" with status ${code}${said ? `: ${shortened(said, redaction)}` : ''}`,
      );
    return output;
  }

  async #runAtPrompt(commands: readonly string[], redaction: Redaction): Promise<readonly string[]> {
    const { limitMs } = this.#parts;
    const { place, prompt } = this.target;
    const terminal = await this.#openTerminal();
    const way: LogIn = { dialogue: terminal.dialogue, credential: this.#credential, prompt, limitMs, place };
    const found = await logIn(way);
    this.enteredMs = this.#clock.monotonic();
    return typeCommands(commands, found, way, redaction);
  }

  async #openTerminal(): Promise<Terminal> {
    const { limitMs } = this.#parts;
    if (this.target.protocol === 'telnet')
      return openTelnet(this.target, this.#clock, limitMs, (end) => this.#keep(end));
    return (await this.#openSsh()).shell(limitMs);
  }

  async #openSsh(): Promise<SshConnection> {
    const credential = this.#credential;
    const { keys, limitMs } = this.#parts;
    const key = credential?.privateKey
      ? await keys.key(credential.privateKey, credential.passphrase ?? credential.password)
      : undefined;
    const trust = await hostTrust(this.target, credential);
    if (this.#ended) throw new Error('the poll was ended');
    const login = { user: credential?.user ?? '', password: credential?.password, key };
    return SshConnection.open(
      this.target,
      login,
      trust,
      this.#clock,
      limitMs,
      (end) => this.#keep(end),
      (blob) => {
        this.hostKey = fingerprintOf(blob);
      },
    );
  }

  #refusesExec(cause: Error): PtpError {
    return new PtpError(
      'Access.Protocol',
      `${this.target.place} takes no single commands; session="shell" types them at a prompt`,
      { cause },
    );
  }

  #keep(end: () => void): void {
    if (this.#ended) end();
    else this.#ends.push(end);
  }

  #endAll(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}
