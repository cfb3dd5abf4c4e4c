/** A connection over SSH, for single commands or a terminal. */
import { connect } from 'node:net';
import ssh2, { type Algorithms, type Client, type ClientChannel, type ServerHostKeyAlgorithm } from 'ssh2';
import type { Clock } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { accessFailure } from '../failure.js';
import type { CliTarget } from './address.js';
import { brokenOff, Dialogue, MOST_ANSWER, tooMuch } from './dialogue.js';
import { type HostTrust, hostKeyFault } from './host-key.js';
import { seconds } from './login.js';
import { SshAuthentication, type SshLogin } from './ssh-login.js';
import type { Terminal } from './terminal.js';

/** Wide and high, so that a device neither folds lines nor holds output back. */
const WINDOW = { term: 'vt100', cols: 512, rows: 1000, width: 0, height: 0 };

export interface Executed {
  readonly text: string;
  readonly errors: string;
  /** Undefined when the device does not say, or a signal ended it. */
  readonly code: number | undefined;
}

/** Bytes of a connection; a device that means well sends no more. */
const MOST_RECEIVED = 128 * 2 ** 20;

/** The device takes no single commands, or no more of them: a shell may be had. */
export class NoExec extends Error {}

export class SshConnection {
  readonly #client: Client;
  readonly #target: CliTarget;
  readonly #clock: Clock;
  readonly #end: () => void;
  /** Rejects when the connection is gone. */
  readonly #lost: Promise<never>;

  private constructor(client: Client, target: CliTarget, clock: Clock, lost: Promise<never>, end: () => void) {
    this.#client = client;
    this.#target = target;
    this.#clock = clock;
    this.#lost = lost;
    this.#end = end;
  }

  /**
   * Connects and logs in.
   *
   * @param onOpen Is given what ends the connection, before it stands.
   * @param onHostKey Told when the host is believed.
   * @throws PtpError `Access.*`
   */
  static async open(
    target: CliTarget,
    login: SshLogin,
    trust: HostTrust,
    clock: Clock,
    limitMs: number,
    onOpen: (end: () => void) => void,
    onHostKey: (blob: Buffer) => void,
  ): Promise<SshConnection> {
    const { host, port, place } = target;
    const authentication = new SshAuthentication(login);
    const client = new ssh2.Client();
    const socket = connect({ host, port, noDelay: true });
    const end = () => {
      client.end();
      socket.destroy();
    };
    onOpen(end);
    let distrust: PtpError | undefined;
    let isReady = false;
    const lost = new Promise<never>((_resolve, reject) => {
      client.on('error', (error) => {
        reject(distrust ?? sshFailure(error, target, isReady ? undefined : authentication));
      });
      client.on('change password', () => {
        reject(
          new PtpError('Access.Denied', `${place} wants a new password for this user; it has to be changed there`),
        );
        end();
      });
      socket.on('close', () => reject(brokenOff(place)));
      // ssh2 lets the socket flow when it is ready to.
      socket.on('data', () => {
        if (socket.bytesRead <= MOST_RECEIVED) return;
        reject(tooMuch(place));
        end();
      });
      socket.pause();
    });
    lost.catch(() => {});
    const ready = new Promise<void>((resolve) => client.on('ready', resolve));
    client.connect({
      sock: socket,
      username: login.user,
      readyTimeout: 0,
      ident: 'ptpmgr',
      authHandler: authentication.handler,
      algorithms: algorithmsFor(trust, target.legacy),
      hostVerifier: (blob: Buffer) => {
        distrust = hostKeyFault(blob, trust);
        if (!distrust) onHostKey(blob);
        return distrust === undefined;
      },
    });
    const connection = new SshConnection(client, target, clock, lost, end);
    const state = () => (socket.connecting ? 'accept the connection' : 'let this manager in');
    await connection.#within(limitMs, ready, () => `did not ${state()} within ${seconds(limitMs)}`);
    isReady = true;
    return connection;
  }

  /** @throws NoExec; PtpError `Access.*` */
  async execute(command: string, limitMs: number, late: (line: string) => PtpError): Promise<Executed> {
    const errors: Buffer[] = [];
    let code: number | undefined;
    const attach = (channel: ClientChannel): Dialogue => {
      const dialogue = this.#dialogue(channel);
      let size = 0;
      channel.stderr.on('data', (bytes: Buffer) => {
        size += bytes.length;
        if (size <= MOST_ANSWER) errors.push(bytes);
        else dialogue.fail(tooMuch(this.#target.place));
      });
      channel.on('exit', (status: number | null) => {
        code = status ?? undefined;
      });
      return dialogue;
    };
    const dialogue = await this.#begin(limitMs, (opened) => this.#client.exec(command, opened), attach);
    const { text } = await dialogue.ask({ limitMs, look: ({ isEnded }) => isEnded || undefined, late });
    return { text, errors: Buffer.concat(errors).toString('utf8'), code };
  }

  /** @throws PtpError `Access.*` */
  async shell(limitMs: number): Promise<Terminal> {
    const { place } = this.#target;
    const attach = (channel: ClientChannel): Dialogue => {
      const dialogue = this.#dialogue(channel);
      channel.stderr.on('data', (bytes: Buffer) => dialogue.take(bytes.toString('utf8')));
      channel.on('end', () => dialogue.end());
      return dialogue;
    };
    try {
      const dialogue = await this.#begin(limitMs, (opened) => this.#client.shell(WINDOW, opened), attach);
      return { dialogue, end: this.#end };
    } catch (cause) {
      if (!(cause instanceof NoExec)) throw cause;
      throw new PtpError('Access.Protocol', `${place} gives this user no terminal; it has to allow one`, { cause });
    }
  }

  end(): void {
    this.#end();
  }

  #dialogue(channel: ClientChannel): Dialogue {
    const dialogue = new Dialogue({
      write: (text) => void channel.write(text),
      enter: '\n',
      clock: this.#clock,
      place: this.#target.place,
    });
    const decoder = new TextDecoder('utf-8');
    channel.on('data', (bytes: Buffer) => dialogue.take(decoder.decode(bytes, { stream: true })));
    channel.on('error', () => {});
    channel.on('close', () => dialogue.end());
    this.#lost.catch((error: PtpError) => dialogue.fail(error));
    return dialogue;
  }

  /** @param attach Called at once: what tells how a command ended may come together with the word that it has begun. */
  async #begin(
    limitMs: number,
    ask: (opened: (error: Error | undefined, channel: ClientChannel) => void) => void,
    attach: (channel: ClientChannel) => Dialogue,
  ): Promise<Dialogue> {
    const begun = new Promise<Dialogue>((resolve, reject) => {
      try {
        ask((error, channel) => (error ? reject(new NoExec('refused', { cause: error })) : resolve(attach(channel))));
      } catch (cause) {
        // ssh2 throws where the connection is ended already.
        reject(new NoExec('ended', { cause }));
      }
    });
    return this.#within(limitMs, begun, () => `did not begin a session within ${seconds(limitMs)}`);
  }

  async #within<Result>(limitMs: number, work: Promise<Result>, late: () => string): Promise<Result> {
    let end = () => {};
    const limit = new Promise<never>((_resolve, reject) => {
      const timer = this.#clock.after(limitMs, () =>
        reject(new PtpError('Access.Timeout', `${this.#target.place} ${late()}`)),
      );
      end = () => timer.cancel();
    });
    try {
      return await Promise.race([work, this.#lost, limit]);
    } finally {
      end();
    }
  }
}

const MODERN_HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** Kinds of keys that are known come first: a device with several shows the one that can be compared. */
function algorithmsFor({ known }: HostTrust, legacy: boolean): Algorithms {
  const types = new Set(known.filter(({ isRevoked }) => !isRevoked).map(({ type }) => type));
  const isKnown = (name: ServerHostKeyAlgorithm) => types.has(name.startsWith('rsa-') ? 'ssh-rsa' : name);
  const all: ServerHostKeyAlgorithm[] = legacy ? [...MODERN_HOST_KEYS, 'ssh-rsa', 'ssh-dss'] : [...MODERN_HOST_KEYS];
  const serverHostKey = [...all.filter(isKnown), ...all.filter((name) => !isKnown(name))];
  if (!legacy) return { serverHostKey };
  return {
    serverHostKey,
    kex: {
      append: ['diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
      prepend: [],
      remove: [],
    },
    cipher: { append: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'], prepend: [], remove: [] },
    hmac: { append: ['hmac-sha1', 'hmac-md5', 'hmac-sha1-96', 'hmac-md5-96'], prepend: [], remove: [] },
  };
}

/** @param authentication While it is under way. */
function sshFailure(
  error: Error & { readonly level?: string; readonly code?: unknown },
  { place, legacy }: CliTarget,
  authentication: SshAuthentication | undefined,
): PtpError {
  const { message, level, code } = error;
  const coded = (kind: 'Access.Denied' | 'Access.Protocol', what: string) =>
    new PtpError(kind, `${place} ${what}`, { cause: error });
  if (level === 'client-authentication' && authentication) return coded('Access.Denied', authentication.reason);
  const [, lacking] = /no matching ([\w ->]{1,40})$/.exec(message) ?? [];
  if (lacking)
    return coded(
      'Access.Protocol',
      `has no ${lacking.replace(/^[CS]->[CS] /, '')} in common with this manager${legacy ? '' : '; legacy="true" allows old ones'}`,
    );
  if (/identification string|[Hh]eader|greeting lines/.test(message))
    return coded('Access.Protocol', 'does not speak SSH on that port');
  if (message === 'Connection lost before handshake') return brokenOff(place);
  // A number is the reason in the device's own words of parting (RFC 4253 section 11.1).
  if (typeof code === 'number')
    return authentication?.hasTried
      ? coded('Access.Denied', authentication.reason)
      : new PtpError('Access.Refused', `${place} broke the connection off`, { cause: error });
  return accessFailure(error, place);
}
