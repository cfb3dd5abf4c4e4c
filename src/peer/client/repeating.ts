/** Which requests may be made once more when nobody knows what became of them. */
import type { PtpError } from '../../base/errors.js';
import { type Input, isOperation, isReading, type OperationName } from '../../xml/messages/operations.js';

/** Done twice by the same person they come to the same, and are answered as the first time. */
const HARMLESS: ReadonlySet<OperationName> = new Set<OperationName>([
  'getConfig',
  'checkConfig',
  'pollNow',
  'acknowledgeAlarm',
  'clearAlarm',
]);

/** Reading changes nothing; what is passed on is what it passes on. */
export function isRepeatable<O extends OperationName>(operation: O, input: Input<O>): boolean {
  if (operation !== 'relay') return isReading(operation) || HARMLESS.has(operation);
  const { request }: { readonly request?: Input<'relay'>['request'] } = input;
  const passedOn = request?.operation ?? '';
  return isOperation(passedOn) && passedOn !== 'relay' && isRepeatable(passedOn, {} as Input<typeof passedOn>);
}

/** Whether another manager, or the same one a little later, may answer instead. */
export const isWorthAnother = ({ fault }: PtpError): boolean =>
  fault === 'Server.Unavailable' || fault === 'Server.Timeout' || fault === 'Server.Busy';

/** What the system says where no connection came about: nothing can have been sent. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Causes within causes are looked at so far. */
const DEEPEST = 6;

/** Whether it is certain that the other side has not begun to carry it out. */
export function isNotTaken(error: PtpError): boolean {
  if (error.fault === 'Server.Busy' || error.fault === 'Client.Unauthorized') return true;
  let cause: unknown = error.cause;
  for (let depth = 0; depth < DEEPEST && cause instanceof Error; depth += 1) {
    if (cause instanceof AggregateError) return cause.errors.every((one) => NOT_CONNECTED.has(codeOf(one)));
    if (NOT_CONNECTED.has(codeOf(cause))) return true;
    cause = cause.cause;
  }
  return false;
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
