/**
 * Every error that anybody outside can see, in one table.
 *
 * A failure that can be expected is a {@link PtpError} with a code from here: it has a sentence that says what was
 * wrong and what would be right, the place where that is known, and the cause for the log. Anything else that is
 * thrown is a defect of ours and reaches the outside as `Server.Internal` without its text.
 */

interface ErrorKind {
  /** The SOAP fault code under which the outside sees it. */
  readonly fault: FaultCode;
  /** HTTP status of pages, JSON and refusals before parsing. SOAP faults have their own rule (500, or 400 in SOAP 1.2). */
  readonly http: number;
  /** Whether the same request may succeed a little later without anybody changing it. */
  readonly retryable: boolean;
}

export type FaultCode =
  | 'Client.Validation'
  | 'Client.Unauthorized'
  | 'Client.Forbidden'
  | 'Client.NotFound'
  | 'Client.Conflict'
  | 'Client.Stale'
  | 'Server.Busy'
  | 'Server.Unavailable'
  | 'Server.Timeout'
  | 'Server.Internal';

const kind = (fault: FaultCode, http: number, retryable = false): ErrorKind => ({ fault, http, retryable });

export const ERRORS = {
  // What a caller did.
  'Client.Validation': kind('Client.Validation', 400),
  'Client.Unauthorized': kind('Client.Unauthorized', 401),
  'Client.Forbidden': kind('Client.Forbidden', 403),
  'Client.NotFound': kind('Client.NotFound', 404),
  'Client.Conflict': kind('Client.Conflict', 409),
  'Client.Stale': kind('Client.Stale', 409),
  'Client.Timeout': kind('Client.Validation', 408),
  'Client.Method': kind('Client.Validation', 405),
  'Client.TooLarge': kind('Client.Validation', 413),
  'Client.MediaType': kind('Client.Validation', 415),
  // What this manager, or a peer of it, could not do.
  'Server.Busy': kind('Server.Busy', 503, true),
  'Server.Unavailable': kind('Server.Unavailable', 503, true),
  'Server.Timeout': kind('Server.Timeout', 504, true),
  'Server.Internal': kind('Server.Internal', 500),
  // What an element did when it was polled.
  'Access.Timeout': kind('Server.Timeout', 504, true),
  'Access.Refused': kind('Server.Unavailable', 502, true),
  'Access.Unreachable': kind('Server.Unavailable', 502, true),
  'Access.Denied': kind('Server.Unavailable', 502),
  'Access.NotFound': kind('Server.Unavailable', 502),
  'Access.Protocol': kind('Server.Unavailable', 502, true),
  'Access.Content': kind('Server.Unavailable', 502),
  'Access.TooLarge': kind('Server.Unavailable', 502),
  // The manager through which it is reached could not be asked: that says nothing of the element.
  'Access.Surrogate': kind('Server.Unavailable', 502, true),
  'Access.Settings': kind('Client.Conflict', 409),
  // What is wrong with a configuration or at start.
  'Config.Invalid': kind('Client.Validation', 400),
  'Config.Unreadable': kind('Client.Conflict', 409),
  'Start.PortTaken': kind('Server.Unavailable', 503),
  'Start.DataInUse': kind('Client.Conflict', 409),
  'Store.Failed': kind('Server.Unavailable', 503, true),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** Where in an input the fault lies; all parts are optional, lines and columns count from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Path of the faulty element, such as `/PTP_CONFIG/EMANAGER/DEVICES/DEVICE[2]/@ip`. */
  readonly path?: string;
}

export class PtpError extends Error {
  override readonly name = 'PtpError';
  readonly code: ErrorCode;
  readonly place: Place;

  /**
   * @param message What was wrong and what would be right, in one sentence without a secret in it.
   */
  constructor(code: ErrorCode, message: string, options: { place?: Place; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.place = options.place ?? {};
  }

  get fault(): FaultCode {
    return ERRORS[this.code].fault;
  }

  get http(): number {
    return ERRORS[this.code].http;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/** Any thrown thing as something that may be shown: ours as it is, everything else without its text. */
export function asPtpError(thrown: unknown): PtpError {
  if (thrown instanceof PtpError) return thrown;
  return new PtpError(
    'Server.Internal',
    'the request could not be carried out because of a defect; the log has the details',
    {
      cause: thrown,
    },
  );
}

/** For the log only: with the stack, and with whatever the text says. */
export const stackOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);

/** One line for a person: `file:line:column: message`. */
export function placed(place: Place, message: string): string {
  const parts = [place.file, place.line, place.column].filter((part) => part !== undefined);
  return parts.length > 0 ? `${parts.join(':')}: ${message}` : message;
}

/** A broken invariant of ours. Stays on in production: going on would do more harm. */
export function invariant(holds: unknown, message: string): asserts holds {
  if (!holds) throw new Error(`invariant broken: ${message}`);
}
