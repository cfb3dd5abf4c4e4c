/** How a connection came to its end, as the errors of all ways to another manager tell it. */

/**
 * `refused`: nobody listens there. `reset`: TCP reset. `closed`: the other side closed it, or its process ended. `end`:
 * the other manager said good-bye first.
 */
export type Break = 'refused' | 'reset' | 'closed' | 'end';

/** The cause of an error where the system gives none: the other side ended an orderly connection. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
  readonly how: 'closed' | 'end';

  constructor(how: 'closed' | 'end') {
    super(how === 'end' ? 'the other manager said good-bye' : 'the other side closed the connection');
    this.how = how;
  }
}

/** Codes of Node.js, and of undici where it has its own. */
const CODES: Readonly<Record<string, Break>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'closed',
  HPE_INVALID_EOF_STATE: 'closed',
};

/** Causes within causes are looked at so far. */
const DEEPEST = 5;

/** Undefined for an error that is not about the end of a connection, such as one that says that time is over. */
export function breakOf(thrown: unknown): Break | undefined {
  let error = thrown;
  for (let depth = 0; depth < DEEPEST && error instanceof Error; depth += 1) {
    if (error instanceof ConnectionEnded) return error.how;
    const known = 'code' in error && typeof error.code === 'string' ? CODES[error.code] : undefined;
    if (known) return known;
    error = error.cause;
  }
  return undefined;
}
