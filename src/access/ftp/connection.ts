/** An FTP connection as long as one poll: made when first needed, made anew after a download was cut off. */
import { Writable } from 'node:stream';
import { Client, type FileInfo, FTPError } from 'basic-ftp';
import { PtpError } from '../../base/errors.js';
import type { Credential } from '../access.js';
import { accessFailure } from '../failure.js';
import type { TlsTrust } from '../tls.js';
import type { FtpAddress } from './address.js';

/** What a listing of a folder may take. */
const MOST_LISTING = 2 * 2 ** 20;
/** Bytes past the wanted ones that are let through rather than breaking the connection off. */
const TOLERATED = 256 * 2 ** 10;
/** Bytes before the wanted ones that are loaded in vain where a server cannot begin in the middle of a file. */
const MOST_SKIPPED = 32 * 2 ** 20;

/** "Not understood" or "not implemented" (RFC 959 section 4.2.1). */
const LACKS_COMMAND: readonly number[] = [500, 501, 502, 503, 504];

export class FtpConnection {
  readonly #address: FtpAddress;
  readonly #credential: Credential | undefined;
  readonly #trust: TlsTrust;
  readonly #client: Client;
  #entered = false;
  #ended = false;
  #lacksRest = false;

  /** @param timeoutMs Of every single wait for the server; the whole poll is bounded by its signal. */
  constructor(address: FtpAddress, credential: Credential | undefined, trust: TlsTrust, timeoutMs: number) {
    this.#address = address;
    this.#credential = credential;
    this.#trust = trust;
    this.#client = new Client(timeoutMs, { allowSeparateTransferHost: false, maxListingBytes: MOST_LISTING });
  }

  /** Connects and logs in. @throws PtpError `Access.*` */
  async enter(): Promise<void> {
    if (this.#entered && !this.#client.closed) return;
    if (this.#ended) throw new Error('the connection is ended');
    const { host, port, tls } = this.#address;
    await this.#ask(() =>
      this.#client.access({
        host,
        port,
        user: this.#credential?.user ?? 'anonymous',
        password: this.#credential?.password ?? 'anonymous',
        secure: tls === 'implicit' ? 'implicit' : tls === 'explicit',
        secureOptions: { ...this.#trust },
      }),
    );
    this.#entered = true;
  }

  /** Undefined where the server cannot tell. @throws PtpError `Access.*` */
  async size(path: string): Promise<number | undefined> {
    await this.enter();
    return this.#ask(() => optional(() => this.#client.size(path)));
  }

  /** Milliseconds since 1970; undefined where the server cannot tell. @throws PtpError `Access.*` */
  async modified(path: string): Promise<number | undefined> {
    await this.enter();
    const date = await this.#ask(() => optional(() => this.#client.lastMod(path)));
    return date && Number.isFinite(date.getTime()) ? date.getTime() : undefined;
  }

  /** @throws PtpError `Access.*` */
  async list(folder: string): Promise<readonly FileInfo[]> {
    await this.enter();
    return this.#ask(() => this.#client.list(folder === '' ? undefined : folder));
  }

  /** Bytes [from, from + length), fewer at the end of the file. @throws PtpError `Access.*` */
  async read(path: string, from: number, length: number): Promise<Buffer> {
    await this.enter();
    if (length <= 0) return Buffer.alloc(0);
    if (!this.#lacksRest) {
      const piece = new Piece(0, length);
      try {
        await this.#download(piece, path, from);
        return piece.bytes;
      } catch (thrown) {
        const refused = from > 0 && thrown instanceof FTPError && LACKS_COMMAND.includes(thrown.code);
        if (!refused) throw this.#failureOf(thrown);
        this.#lacksRest = true;
      }
    }
    if (from > MOST_SKIPPED) {
      const message = `${this.#address.place} cannot be read on from its middle (the server lacks REST), and it is too long to be read whole`;
      throw new PtpError('Access.TooLarge', message);
    }
    await this.enter();
    const piece = new Piece(from, length);
    await this.#ask(() => this.#download(piece, path, 0));
    return piece.bytes;
  }

  /** Ends whatever is under way; it rejects. */
  end(): void {
    this.#ended = true;
    this.#client.close();
  }

  async #download(piece: Piece, path: string, startAt: number): Promise<void> {
    try {
      await this.#client.downloadTo(piece, path, startAt);
    } catch (thrown) {
      // Cut off by us: the connection is gone, but what was wanted is there.
      if (!piece.isFull) throw thrown;
      this.#client.close();
      this.#entered = false;
    }
  }

  async #ask<Result>(question: () => Promise<Result>): Promise<Result> {
    try {
      return await question();
    } catch (thrown) {
      throw this.#failureOf(thrown);
    }
  }

  #failureOf(thrown: unknown): PtpError {
    const { place, tls } = this.#address;
    if (thrown instanceof FTPError) {
      const { code } = thrown;
      if (code === 550)
        return new PtpError('Access.NotFound', `${place} does not exist, or may not be read by this user`, {
          cause: thrown,
        });
      if (code === 530 || code === 331 || code === 332 || code === 430) {
        const hint =
          tls === 'none'
            ? 'user and password have to be right, and it may insist on tls="true"'
            : 'user and password have to be right';
        return new PtpError('Access.Denied', `${place} does not let this user in; ${hint}`, { cause: thrown });
      }
      if (code === 421)
        return new PtpError('Access.Refused', `${place} takes no more connections now`, { cause: thrown });
      const message = `${place} refuses with FTP code ${code}`;
      return new PtpError(
        LACKS_COMMAND.includes(code) && tls === 'explicit' ? 'Access.Denied' : 'Access.Protocol',
        message,
        { cause: thrown },
      );
    }
    if (thrown instanceof Error && /^Timeout/.test(thrown.message))
      return new PtpError('Access.Timeout', `${place} stopped answering`, { cause: thrown });
    if (thrown instanceof Error && /FIN packet|closed connection|transmission error/.test(thrown.message))
      return accessFailure(Object.assign(new Error('closed', { cause: thrown }), { code: 'ECONNRESET' }), place);
    return accessFailure(thrown, place);
  }
}

/** Undefined when the server lacks the command. */
async function optional<Result>(question: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await question();
  } catch (thrown) {
    if (thrown instanceof FTPError && LACKS_COMMAND.includes(thrown.code)) return undefined;
    throw thrown;
  }
}

/** Keeps a piece of what flows in; ends the flow when far too much comes. */
class Piece extends Writable {
  readonly #chunks: Buffer[] = [];
  #skip: number;
  #left: number;
  #over = 0;

  constructor(skip: number, length: number) {
    super();
    this.#skip = skip;
    this.#left = length;
  }

  get isFull(): boolean {
    return this.#left === 0;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    const skipped = Math.min(this.#skip, chunk.length);
    const kept = chunk.subarray(skipped, skipped + this.#left);
    this.#skip -= skipped;
    this.#left -= kept.length;
    this.#over += chunk.length - skipped - kept.length;
    if (kept.length > 0) this.#chunks.push(kept);
    if (this.#over > TOLERATED) done(new Error('enough was read'));
    else done();
  }
}
