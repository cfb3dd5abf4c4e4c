/** Tries once, on behalf of another manager, to reach an element that does not answer there. */
import type { AccessMethod, Credential } from '../../access/access.js';
import { answerOf } from '../../assess/status.js';
import type { Env } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import type { AccessMethodName, AccessSpec, ElementName, ManagedElement } from '../../model/element.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import { tryAccess } from '../collector/try-access.js';
import { importDefinition } from '../pool/bundle/definition.js';
import { readsOwnDisk } from '../surrogate/known-access.js';

/** Tries at a time; whoever asks for more is told so, and asks another manager. */
export const MOST_TRIES = 32;
/** A try that may take longer is given up, and says nothing then. */
export const LONGEST_TRY_MS = 8_000;

export interface TryParts {
  readonly env: Env;
  /** Elements as this manager lists them itself, or polls them already. */
  readonly definitionOf: (element: string) => ManagedElement | undefined;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  /** The configuration's own, or one that came with the element. */
  readonly credential: (element: ElementName, id: string) => Credential | undefined;
}

type TryAnswer = Output<'tryElement'>;

const notTried = (reason: string): TryAnswer => ({ outcome: 'notTried', reason });

export class TriesForOthers {
  readonly #parts: TryParts;
  #underWay = 0;

  constructor(parts: TryParts) {
    this.#parts = parts;
  }

  /**
   * @param isProved Whether it is certain that a manager of the pool asks. Nobody else gets a secret of this one shown to
   * an address of his choice.
   * @throws PtpError `Client.Validation`, `Client.TooLarge` when the definition is none.
   */
  async try(input: Input<'tryElement'>, signal: AbortSignal, isProved = true): Promise<TryAnswer> {
    const { definitionOf, methods, credential } = this.#parts;
    const known = definitionOf(input.element);
    const element = known ?? definitionIn(input);
    if (!element) return notTried(`${input.element} is not known here, and no definition came with the question`);
    const access = accessOf(element, input);
    if (!access) return notTried(`as it is known here, ${element.name} has no access by ${input.method}`);
    const method = methods.get(access.method);
    if (!method) return notTried(`method ${access.method} is not available here`);
    if (isBound(access)) return notTried(`its ${access.method} access goes by one certain manager only`);
    if (!known && !isProved && access.credential !== undefined)
      return notTried('without a pool key no credential goes to where only another manager says that it belongs');
    const secret = access.credential === undefined ? undefined : credential(element.name, access.credential);
    if (access.credential !== undefined && !secret)
      return notTried(`the credential ${access.credential} is not known here`);
    if (this.#underWay >= MOST_TRIES) return notTried(`${MOST_TRIES} elements are being tried already`);
    this.#underWay += 1;
    try {
      return await this.#try(method, { element, access, ...(secret && { credential: secret }) }, signal);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #try(
    method: AccessMethod,
    request: { readonly element: ManagedElement; readonly access: AccessSpec; readonly credential?: Credential },
    signal: AbortSignal,
  ): Promise<TryAnswer> {
    const { clock } = this.#parts.env;
    const over = new AbortController();
    const end = () => over.abort(asPtpError(signal.reason));
    signal.addEventListener('abort', end, { once: true });
    const timer = clock.after(LONGEST_TRY_MS, () => over.abort(new PtpError('Server.Timeout', TOO_LONG)));
    try {
      const outcome = await tryAccess(
        method,
        { ...request, access: { ...request.access, retries: 0 } },
        clock,
        signal.aborted ? signal : over.signal,
      );
      if (outcome.ok) return { outcome: 'reached', responseTime: outcome.responseMs / 1000 };
      const { code, message } = outcome.error;
      if (over.signal.aborted || signal.aborted) return notTried(message);
      const answer = answerOf(code);
      if (answer === 'untried') return notTried(message);
      return { outcome: answer === 'failed' ? 'unreached' : 'reached', reason: message };
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', end);
    }
  }
}

const TOO_LONG = `no answer within ${LONGEST_TRY_MS / 1000} s, after which a try for another manager is given up`;

function definitionIn({ element, definition }: Input<'tryElement'>): ManagedElement | undefined {
  if (definition === undefined) return undefined;
  const read = importDefinition(definition);
  if (read.name === element) return read;
  throw new PtpError('Client.Validation', `the definition is of ${read.name}; it should be of ${element}`, {
    place: { path: 'definition' },
  });
}

/** The same position and method, else the first by that method: two managers may list an element in different ways. */
const accessOf = ({ access }: ManagedElement, asked: Input<'tryElement'>): AccessSpec | undefined => {
  const same = access[asked.access];
  return same?.method === asked.method ? same : access.find(({ method }) => method === asked.method);
};

/** It reads the disk of whoever polls it, runs code that only that one has, or goes through a certain manager. */
export const isBound = (access: AccessSpec): boolean => readsOwnDisk(access) || access.via !== undefined;
