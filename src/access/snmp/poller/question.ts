/** What is asked of an agent, seen by the poller: a message to send, and what to make of what comes back. */
import type { Received } from '../message/community.js';
import type { ReceivedPdu } from '../message/pdu.js';
import type { V3Header } from '../message/v3.js';

/** Where an agent is. */
export interface AgentAddress {
  /** Numeric, as the system writes it. */
  readonly host: string;
  readonly family: 4 | 6;
  readonly port: number;
}

/** How long one try may take, and how often it is sent again without an answer. */
export interface Patience {
  readonly timeoutMs: number;
  readonly resends: number;
}

export type Heard =
  /** To be read before anything else is heard: the next message takes its place. */
  | { readonly is: 'answer'; readonly pdu: ReceivedPdu }
  /** By what it says the question has to be put in another way: it is sent once more, at once. */
  | { readonly is: 'again' }
  /** No answer to this question; told when no better one comes, by an error of its own where it has one. */
  | { readonly is: 'odd'; readonly what: string; readonly error?: Error }
  | { readonly is: 'refusal'; readonly error: Error };

/** Asked of one agent, and not again before it has ended. */
export interface Question {
  /** The message with this id. It may change with the next call. */
  message(id: number, nowMs: number): Buffer;
  /**
   * A message with that id has come from the agent's address.
   *
   * @param head What has been read of it: all of a message with a community, the header of one of SNMPv3.
   * @param nowMs Only for those of SNMPv3, whose engines have clocks.
   * @throws MalformedMessage
   */
  hear(datagram: Buffer, head: Received | V3Header, nowMs: number): Heard;
}

/** Nobody has answered in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  /** @param oddity What came instead, if anything did; for people. */
  constructor(readonly oddity: string | undefined) {
    super(oddity ?? 'nothing came');
  }
}
