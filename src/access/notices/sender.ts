/** How a destination is told, whichever way: one interface, a file for each way. */
import { readFile } from 'node:fs/promises';
import type { Message } from '../../assess/notices/message.js';
import type { Telling } from '../../assess/notices/wording.js';
import { PtpError } from '../../base/errors.js';
import type { TlsTrust } from '../tls.js';

/** What goes out, and what is told with it. */
export interface Outgoing {
  readonly message: Message;
  readonly telling: Telling;
  /** Name of this machine, as others are told it. */
  readonly host: string;
}

export interface NoticeSender {
  /** Where it goes, without anything secret, such as `tls://log.example:6514`. */
  readonly place: string;
  /**
   * Resolves when the destination has it, with a remark where that is not the whole truth; ends when the signal aborts.
   *
   * @throws PtpError `Access.*`; `Access.Content` and `Access.TooLarge` when the destination has read the message and does
   * not want it, {@link LaterError} when it wants to be asked later.
   */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<string | undefined>;
}

/** The destination says when it can be asked again. */
export class LaterError extends PtpError {
  readonly afterMs: number;

  constructor(message: string, afterMs: number) {
    super('Access.Refused', message);
    this.afterMs = afterMs;
  }
}

/** Read anew each time, as authorities are renewed. @throws PtpError `Access.Settings` */
export async function trustOf(ca: string | undefined): Promise<TlsTrust> {
  if (ca === undefined) return { rejectUnauthorized: true };
  try {
    return { rejectUnauthorized: true, ca: await readFile(ca, 'utf8') };
  } catch (cause) {
    throw new PtpError('Access.Settings', `ca="${ca}" cannot be read; it should be a file of certificates in PEM`, {
      cause,
    });
  }
}

/** Nothing older is spoken. */
export const LEAST_TLS = 'TLSv1.2' as const;
