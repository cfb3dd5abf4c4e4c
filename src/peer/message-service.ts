/** What answers a message here, whatever carried it: the seam between the transports and SOAP. */
import type { PtpError } from '../base/errors.js';
import type { CallContext } from './peer.js';

export type SoapVersion = '1.1' | '1.2';

/** An answer in XML; a fault is one, too. */
export interface MessageAnswer {
  readonly xml: string;
  readonly fault: PtpError | undefined;
}

export interface MessageRequest {
  readonly bytes: Uint8Array;
  readonly version: SoapVersion;
  /** `SOAPAction` or the `action` parameter of the content type; undefined when not given. */
  readonly action?: string;
  /** False when nobody waits for the answer: none is written, and only a fault is told. Default true. */
  readonly isAnswered?: boolean;
}

/** Never rejects: whatever goes wrong is a fault. */
export type MessageService = (message: MessageRequest, context: CallContext) => Promise<MessageAnswer>;
