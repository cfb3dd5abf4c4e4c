/**
 * Polls through other managers: an access with `via` is polled by asking the manager that it names, as if that were an
 * access method of its own. Numbers, times, retries and status stay with the owner, who asks.
 */
import type { AccessMethod, PollAnswer, PollRequest } from '../../access/access.js';
import type { Env } from '../../base/env.js';
import { asPtpError, ERRORS, type ErrorCode, PtpError } from '../../base/errors.js';
import type { AccessMethodName, AccessSpec, ManagedElement } from '../../model/element.js';
import type { Peer } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';
import { isSameSpec } from '../collector/job.js';
import type { Surrogates } from '../collector/method-choice.js';
import { exportDefinition } from '../pool/bundle/definition.js';
import { LONGEST_POLL_MS } from './polls-for-others.js';
import { readAnswer, writeMemory } from './wire.js';

/** For the way there and back, besides the try itself. */
const WAY_MS = 2_000;

export interface SurrogateParts {
  readonly env: Env;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  /** The way to another manager, or why there is none at present. */
  readonly reach: (manager: string) => Peer | string;
  /** Its credentials, sealed for that manager; absent where none may travel. */
  readonly sealed?: (element: ManagedElement, manager: string) => string | undefined | Promise<string | undefined>;
}

export class AskedSurrogates implements Surrogates {
  readonly #parts: SurrogateParts;
  readonly #methods = new Map<AccessMethodName, AccessMethod>();
  /** Definitions stay the same as long as nobody edits them. */
  readonly #definitions = new WeakMap<ManagedElement, string>();

  constructor(parts: SurrogateParts) {
    this.#parts = parts;
  }

  methodFor({ method: name }: AccessSpec): AccessMethod {
    const known = this.#methods.get(name);
    if (known) return known;
    const own = this.#parts.methods.get(name);
    const tryMs = (access: AccessSpec) => Math.min(LONGEST_POLL_MS, own?.tryLimitMs?.(access) ?? access.timeoutMs);
    const method: AccessMethod = {
      method: name,
      poll: (request, signal) => this.#poll(request, tryMs(request.access) + WAY_MS, signal),
      // It tells by itself when the surrogate took too long.
      tryLimitMs: (access) => tryMs(access) + WAY_MS + 500,
      check: () => [],
      close: async () => {},
    };
    this.#methods.set(name, method);
    return method;
  }

  async #poll({ element, access, memory }: PollRequest, timeoutMs: number, signal: AbortSignal): Promise<PollAnswer> {
    const { reach, sealed } = this.#parts;
    const { via = '' } = access;
    const peer = reach(via);
    if (typeof peer === 'string') throw silent(via, peer);
    const position = element.access.findIndex((one) => one === access || isSameSpec(one, access));
    const secret = await sealed?.(element, via);
    const kept = writeMemory(memory);
    let answer: Output<'pollElement'>;
    try {
      answer = await peer.call(
        'pollElement',
        {
          element: element.name,
          access: position,
          definition: this.#definitionOf(element),
          ...(secret !== undefined && { sealed: secret }),
          ...(kept !== undefined && { memory: kept }),
        },
        { timeoutMs, signal },
      );
    } catch (thrown) {
      throw notAsked(via, asPtpError(thrown));
    }
    return taken(via, answer);
  }

  #definitionOf(element: ManagedElement): string {
    const known = this.#definitions.get(element) ?? exportDefinition(element);
    this.#definitions.set(element, known);
    return known;
  }
}

/** @throws PtpError `Access.*` what the surrogate has found; `Access.Surrogate` for an answer that is none. */
function taken(
  via: string,
  { outcome, code, reason = 'no reason given', responseTime, answer }: Output<'pollElement'>,
) {
  if (outcome === 'failed') throw new PtpError(accessCode(code), `from ${via}: ${reason}`);
  try {
    return { ...readAnswer(answer), ...(responseTime !== undefined && { responseMs: responseTime * 1000 }) };
  } catch (cause) {
    throw new PtpError(
      'Access.Surrogate',
      `surrogate ${via} answered with what cannot be read: ${asPtpError(cause).message}`,
      {
        cause,
      },
    );
  }
}

/** What is not known here, from a newer manager, is taken for no answer. */
const accessCode = (code: string | undefined): ErrorCode =>
  code !== undefined && isErrorCode(code) && code.startsWith('Access.') && code !== 'Access.Surrogate'
    ? code
    : 'Access.Timeout';

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

function notAsked(via: string, error: PtpError): PtpError {
  const { code, fault, message } = error;
  if (code === 'Server.Busy') return unasked(`surrogate ${via} has too much to do: ${message}`, error);
  return fault.startsWith('Client.')
    ? unasked(`surrogate ${via} refuses: ${message}`, error)
    : silent(via, message, error);
}

const silent = (via: string, reason: string, cause?: PtpError): PtpError =>
  unasked(`surrogate ${via} does not answer: ${reason}`, cause);

const unasked = (reason: string, cause?: PtpError): PtpError =>
  new PtpError('Access.Surrogate', `cannot be asked: ${reason}`, { cause });
