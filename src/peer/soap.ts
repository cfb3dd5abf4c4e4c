/**
 * Messages in SOAP: requests in and answers out for whoever serves, requests out and answers in for whoever asks.
 * Both ends check against the table of messages what they receive and what they send.
 */
import { type Env, sleep } from '../base/env.js';
import { asPtpError, PtpError, stackOf } from '../base/errors.js';
import { withTimeLimit } from '../base/time-limit.js';
import { decodeXml, XML_LIMITS, type XmlLimits } from '../xml/guard.js';
import { decodeMessage, type Message } from '../xml/messages/decode.js';
import { type Direction, encodeAnswerInTurns, encodeMessage } from '../xml/messages/encode.js';
import {
  type Input,
  isOperation,
  NAMESPACE,
  OPERATION_NAMES,
  type OperationName,
  type Output,
} from '../xml/messages/operations.js';
import { readQuickly } from '../xml/messages/quick.js';
import { soapAction } from '../xml/messages/schema.js';
import { isLong, ThreadedCheck, type Within } from '../xml/messages/threaded-check.js';
import { messageSchema } from '../xml/messages/validate.js';
import { parseXml, type XmlNode } from '../xml/parse.js';
import { alternatives, nearest } from '../xml/xsd-model.js';
import type { MessageRequest, MessageService, SoapVersion } from './message-service.js';
import type { CallContext, Invoke } from './peer.js';
import type { UsernameToken } from './security/authenticate.js';
import { checkUnderstood, readEnvelope, readUsernameToken, writeEnvelope } from './soap-envelope.js';
import { readFault, writeFault } from './soap-fault.js';

/** However long a handler takes, its caller is answered by then. */
const LONGEST_WORK_MS = 60_000;

/** The longest request there is, events by the thousand, has a fraction of this; answers of peers may have more. */
const REQUEST_LIMITS: XmlLimits = { ...XML_LIMITS, maxElements: 20_000 };

export interface MessageServiceOptions {
  readonly env: Env;
  /** Carries operations out; checks roles. */
  readonly invoke: Invoke;
  /** Default 60 s. */
  readonly longestWorkMs?: number;
}

/** Of answers that are written here and of those that come from others: one thread is enough for a process. */
const check = new ThreadedCheck();

/** The one place where messages of HTTP and of sockets become calls. */
export function createMessageService({
  env,
  invoke,
  longestWorkMs = LONGEST_WORK_MS,
}: MessageServiceOptions): MessageService {
  const carryOut = async <O extends OperationName>(
    version: SoapVersion,
    operation: O,
    input: Input<O>,
    context: CallContext,
  ): Promise<string> => {
    const output = await invoke(operation, input, context);
    try {
      const xml = writeEnvelope(version, await encodeAnswerInTurns(operation, output, pause));
      if (isLong(xml) || !readWritten(xml, version, XML_LIMITS)) await check.require(xml, within(xml, version));
      return xml;
    } catch (cause) {
      if (cause instanceof PtpError && cause.code === 'Client.TooLarge') {
        throw new PtpError(
          'Client.TooLarge',
          `the answer of ${operation} would be larger than any that is sent; ask for less: a smaller pageSize, a shorter range of time, or detail "summary"`,
          { cause },
        );
      }
      if (cause instanceof PtpError && cause.code === 'Server.Busy') throw cause;
      throw new Error(`the answer of ${operation} is not what the table of messages says: ${stackOf(cause)}`, {
        cause,
      });
    }
  };
  const pause = () => sleep(env.clock, 0);
  const late = () => new PtpError('Server.Timeout', `the request took longer than ${longestWorkMs / 1000} s`);
  return async (message, context) => {
    try {
      const { operation, content } = readRequest(message);
      if (message.isAnswered === false) {
        // Nobody waits that would have to be told that it takes too long; it ends with its connection at the latest.
        await invoke(operation, content, context);
        return { xml: '', fault: undefined };
      }
      const xml = await withTimeLimit(env.clock, longestWorkMs, context.signal, late, (signal) =>
        carryOut(message.version, operation, content, { ...context, signal }),
      );
      return { xml, fault: undefined };
    } catch (thrown) {
      const fault = asPtpError(thrown);
      const { requestId } = context;
      if (fault.code === 'Server.Internal')
        env.log.error('defect while answering', { requestId, error: stackOf(thrown) });
      return { xml: writeFault(fault, message.version), fault };
    }
  };
}

/** The schema looks first; where it finds a fault, what SOAP itself says about the message is the better explanation. */
function readRequest({ bytes, version, action }: MessageRequest) {
  const text = decodeXml(bytes);
  const quick = readWritten(text, version, REQUEST_LIMITS);
  if (quick?.direction === 'request') {
    checkOperation({ name: quick.operation, namespace: NAMESPACE }, action);
    return quick;
  }
  let fault: unknown;
  try {
    messageSchema().require(text, REQUEST_LIMITS);
  } catch (thrown) {
    fault = thrown;
  }
  const envelope = readEnvelope(parseXml(text, REQUEST_LIMITS, fault === undefined));
  if (envelope.version !== version) {
    throw new PtpError(
      'Client.Validation',
      `the envelope is SOAP ${envelope.version}, but the media type says SOAP ${version}; both must say the same`,
      { place: { path: '/Envelope' } },
    );
  }
  checkUnderstood(envelope);
  checkOperation(envelope.body, action);
  if (fault !== undefined) throw fault;
  const message = decodeMessage(envelope.body);
  if (message.direction === 'answer') throw unknownOperation(envelope.body.name);
  return message;
}

/** A message of another manager in the very form that it is written in here; undefined for anything else. */
function readWritten(text: string, version: SoapVersion, { maxElements }: XmlLimits): Message | undefined {
  const found = within(text, version);
  return found && readQuickly(text, found.from, found.to, maxElements);
}

/** Where the message stands in an envelope that is written here. */
function within(text: string, version: SoapVersion): Within | undefined {
  const [before, after] = WRITTEN[version];
  if (!text.startsWith(before) || !text.endsWith(after)) return undefined;
  return { from: before.length, to: text.length - after.length };
}

/** What stands around a message. */
const around = (version: SoapVersion): readonly [before: string, after: string] => {
  const mark = '\0';
  const [before = '', after = ''] = writeEnvelope(version, mark).split(mark);
  return [before, after];
};
const WRITTEN: Readonly<Record<SoapVersion, readonly [before: string, after: string]>> = {
  '1.1': around('1.1'),
  '1.2': around('1.2'),
};

function checkOperation({ name, namespace }: Pick<XmlNode, 'name' | 'namespace'>, action: string | undefined): void {
  if (!isOperation(name)) throw unknownOperation(name);
  if (namespace !== NAMESPACE) {
    const said = namespace === '' ? 'no namespace' : `the namespace "${namespace.slice(0, 200)}"`;
    throw new PtpError('Client.Validation', `${name} is in ${said}; it should be in "${NAMESPACE}"`, {
      place: { path: bodyPath(name) },
    });
  }
  if (action === undefined) return;
  const named = /^(?:urn:ptpmgr:peer[/:#])?(\w+)$/.exec(action)?.[1];
  if (named !== name) {
    throw new PtpError(
      'Client.Validation',
      `the SOAP action says "${action.slice(0, 200)}", the body says ${name}; the action should be "${soapAction(name)}"`,
      { place: { path: bodyPath(name) } },
    );
  }
}

const bodyPath = (name: string): string => `/Envelope/Body/${name}`;

function unknownOperation(name: string): PtpError {
  const near = nearest(name, OPERATION_NAMES);
  return new PtpError(
    'Client.Validation',
    `there is no operation ${name.slice(0, 100)}; ${near ? `${near} is probably meant` : `there are ${alternatives(OPERATION_NAMES)}`}`,
    { place: { path: bodyPath(name.slice(0, 100)) } },
  );
}

/** What of a message is looked at before its sender is known: parsing all of a large one takes the better part of a second. */
const LARGEST_HEADER = 64 * 2 ** 10;

/**
 * User and password in the header of a message that may still be anything. Nothing behind the header is parsed.
 *
 * @returns Undefined when there is none, or the message is no envelope.
 * @throws PtpError as for any message whose header cannot be read; `Client.TooLarge` for one that is longer than 64 KiB.
 */
export function findUsernameToken(bytes: Uint8Array): UsernameToken | undefined {
  const start = Buffer.from(bytes.subarray(0, LARGEST_HEADER)).toString('latin1');
  const body = /<(?:[^\s<>/]{1,256}:)?Body[\s/>]/.exec(start);
  if (!body) {
    if (bytes.length <= LARGEST_HEADER) return undefined;
    throw new PtpError('Client.TooLarge', `the Header is longer than ${LARGEST_HEADER} bytes; put less into it`);
  }
  const header = decodeXml(bytes.subarray(0, body.index));
  const name = decodeXml(bytes.subarray(body.index + 1, body.index + body[0].length - 1));
  const envelope = /<((?:[^\s<>/!?]{1,256}:)?Envelope)[\s>]/.exec(header)?.[1];
  if (envelope === undefined) return undefined;
  return readUsernameToken(readEnvelope(parseXml(`${header}<${name}><_/></${name}></${envelope}>`)).headers);
}

/** @throws PtpError `Client.Validation` when the input is not what the table says. */
export const writeRequest = <O extends OperationName>(operation: O, input: Input<O>): string =>
  writeEnvelope('1.2', encodeMessage(operation, 'request', input));

type AnswerTo<O extends OperationName> = {
  readonly operation: O;
  readonly direction: 'answer';
  readonly content: Output<O>;
};

const isAnswerTo = <O extends OperationName>(
  message: { readonly operation: OperationName; readonly direction: Direction; readonly content: unknown },
  operation: O,
): message is AnswerTo<O> => message.operation === operation && message.direction === 'answer';

/**
 * @throws PtpError the fault, when the answer is one; `Server.Unavailable` when it is not an answer to this operation.
 */
export async function readAnswer<O extends OperationName>(
  operation: O,
  bytes: Uint8Array,
  peerName: string,
): Promise<Output<O>> {
  const wrong = (why: string, cause?: unknown) =>
    new PtpError('Server.Unavailable', `${peerName} gave an answer to ${operation} that cannot be used: ${why}`, {
      cause,
    });
  let fault: PtpError | undefined;
  try {
    const text = decodeXml(bytes);
    const quick = readWritten(text, '1.2', XML_LIMITS);
    if (quick && isAnswerTo(quick, operation)) return quick.content;
    await check.require(text);
    const { body } = readEnvelope(parseXml(text, XML_LIMITS, true));
    fault = readFault(body, peerName);
    if (!fault) {
      const message = decodeMessage(body);
      if (isAnswerTo(message, operation)) return message.content;
      throw wrong(`it is a ${body.name.slice(0, 100)}`);
    }
  } catch (cause) {
    throw cause instanceof PtpError && cause.code === 'Server.Unavailable'
      ? cause
      : wrong(asPtpError(cause).message, cause);
  }
  throw fault;
}
