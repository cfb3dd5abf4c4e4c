/** Private keys of credentials, opened once for each change of their files. */
import { open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import ssh2, { type ParsedKey } from 'ssh2';
import { PtpError } from '../../base/errors.js';
import { isEncrypted, type KeyFault, type KeyText, readableKey } from './key-text.js';
import type { KeyQuestion } from './key-thread.js';

const MOST_BYTES = 64 * 2 ** 10;
const MOST_KEYS = 1000;

interface Kept {
  /** Whatever changes when the file, or the passphrase, does. */
  readonly version: string;
  readonly passphrase: string | undefined;
  readonly key: Promise<ParsedKey>;
}

export class PrivateKeys {
  readonly #kept = new Map<string, Kept>();
  readonly #threads = new Set<Worker>();

  /** @throws PtpError `Access.Settings` */
  async key(file: string, passphrase: string | undefined): Promise<ParsedKey> {
    const { text, version } = await read(file);
    const kept = this.#kept.get(file);
    if (kept?.version === version && kept.passphrase === passphrase) return kept.key;
    const key = this.#open(text, file, passphrase);
    if (this.#kept.size >= MOST_KEYS) this.#kept.clear();
    this.#kept.set(file, { version, passphrase, key });
    return key;
  }

  async close(): Promise<void> {
    this.#kept.clear();
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }

  async #open(text: string, file: string, passphrase: string | undefined): Promise<ParsedKey> {
    const readable =
      passphrase !== undefined && isEncrypted(text)
        ? await this.#openInThread({ text, passphrase })
        : readableKey(text, undefined);
    if ('fault' in readable) throw faulty(file, readable.fault);
    const parsed: ParsedKey | Error = ssh2.utils.parseKey(readable.text);
    if (parsed instanceof Error) throw faulty(file, 'format');
    return parsed;
  }

  #openInThread(question: KeyQuestion): Promise<KeyText> {
    const thread = new Worker(new URL('./key-thread.js', import.meta.url), { workerData: question });
    this.#threads.add(thread);
    return new Promise((resolve) => {
      thread.once('message', resolve);
      thread.once('error', () => resolve({ fault: 'format' }));
      thread.once('exit', () => {
        this.#threads.delete(thread);
        resolve({ fault: 'format' });
      });
    });
  }
}

async function read(file: string): Promise<{ text: string; version: string }> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size, mtimeMs, ino } = await handle.stat();
      if (size > MOST_BYTES) throw new Error(`${size} bytes`);
      return { text: await handle.readFile('utf8'), version: `${size} ${mtimeMs} ${ino}` };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new PtpError(
      'Access.Settings',
      `privateKey="${file}" cannot be read; it should be a file of at most ${MOST_BYTES / 2 ** 10} KiB`,
      { cause },
    );
  }
}

const REASONS: Readonly<Record<KeyFault, string>> = {
  encrypted: 'is encrypted; its credential needs a passphrase',
  passphrase: 'cannot be opened with the passphrase of its credential; that has to be right',
  format: 'is not a private key that can be read; it should be one of OpenSSH or in PEM (RSA, ECDSA or Ed25519)',
  public: 'is a public key; it should be the private one',
};

const faulty = (file: string, fault: KeyFault): PtpError =>
  new PtpError('Access.Settings', `privateKey="${file}" ${REASONS[fault]}`);
