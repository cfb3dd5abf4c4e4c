/** The seam between managers: whoever asks and whoever answers meet here, whatever lies between them. */
import type { UserRole } from '../model/manager.js';
import type { Input, OperationName, Output } from '../xml/messages/operations.js';

/** Who is asking, once it has been proved. */
export interface Caller {
  readonly kind: 'peer' | 'user' | 'anonymous' | 'self';
  /** Manager id or user name. */
  readonly name: string;
  /** What the asker may do. A peer that asks for somebody passes that one's role on. */
  readonly role: UserRole;
  /** Network address, for the event log. */
  readonly from: string;
  /** The manager that asks for this caller, when it does not ask itself. */
  readonly by?: string;
}

export interface CallContext {
  readonly caller: Caller;
  /** Names one request on all managers that it passes through. */
  readonly requestId: string;
  /** How many managers have passed it on already; 3 is the limit. */
  readonly hops: number;
  /** Aborts when the caller has gone or its time is over. */
  readonly signal: AbortSignal;
}

export type Handler<O extends OperationName> = (input: Input<O>, context: CallContext) => Promise<Output<O>>;
export type Handlers = { readonly [O in OperationName]?: Handler<O> };

/** Carries out one operation here: checks role and presence, then calls the handler. */
export type Invoke = <O extends OperationName>(
  operation: O,
  input: Input<O>,
  context: CallContext,
) => Promise<Output<O>>;

export interface CallOptions {
  /** Default 5 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** When the call is made for somebody else. */
  readonly onBehalfOf?: Pick<CallContext, 'caller' | 'requestId' | 'hops'>;
}

/** Another manager, reached over HTTP or a socket. */
export interface Peer {
  /**
   * @throws PtpError the other's fault under its own code; `Server.Unavailable` when it cannot be reached,
   *   `Server.Timeout` when it does not answer in time.
   */
  call<O extends OperationName>(operation: O, input: Input<O>, options?: CallOptions): Promise<Output<O>>;
  /**
   * As `call`, for what is lost without harm and has an answer that says nothing: over a socket there is none, so it
   * costs half. Resolves when it is out of this manager's hands.
   *
   * @throws PtpError as `call`, where that is known.
   */
  tell?<O extends OperationName>(operation: O, input: Input<O>, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}
