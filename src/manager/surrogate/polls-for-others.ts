/** Carries out polls of elements that other managers own and reach only through this one (`ACCESS via`). */
import type { AccessMethod, Credential } from '../../access/access.js';
import type { Env } from '../../base/env.js';
import { asPtpError, PtpError } from '../../base/errors.js';
import { RecentlyUsed } from '../../base/recently-used.js';
import type { AccessMethodName, ElementName, ManagedElement } from '../../model/element.js';
import type { CallContext } from '../../peer/peer.js';
import type { Input, Output } from '../../xml/messages/operations.js';
import { tryAccess } from '../collector/try-access.js';
import { importDefinition } from '../pool/bundle/definition.js';
import { type AskedAccess, permission } from './known-access.js';
import { readMemory, writeAnswer } from './wire.js';

/** Polls at a time, of all that ask and of one; whoever asks for more is told so. */
export const MOST_POLLS = 256;
export const MOST_OF_ONE = 128;
/** The longest that one is waited for. */
export const LONGEST_POLL_MS = 50_000;
/** Definitions, and opened credentials, that are remembered from one poll to the next. */
const MOST_KNOWN = 1000;
const LONGEST_KNOWN = 32 * 1024;
/** Methods that go on where the latest poll ended. */
const KEEPS_PLACE: ReadonlySet<AccessMethodName> = new Set(['file', 'ftp']);

export interface PollsForOthersParts {
  readonly env: Env;
  readonly self: string;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  /** As the own configuration lists it. */
  readonly listed: (element: ElementName) => ManagedElement | undefined;
  /**
   * As the pool knows it, when it is asked for by that manager; undefined when the pool does not know it.
   * @param sent As that manager describes it.
   */
  readonly pooled: (sent: ManagedElement, asker: string, context: CallContext) => Promise<ManagedElement | undefined>;
  readonly credential: (element: ElementName, id: string) => Credential | undefined;
  /** Opens credentials that were sealed for this manager; absent where none may travel. */
  readonly opened?: (element: ElementName, sealed: string) => ReadonlyMap<string, Credential>;
}

type Asked = Input<'pollElement'>;
type Answer = Output<'pollElement'>;

export class PollsForOthers {
  readonly #parts: PollsForOthersParts;
  readonly #underWay = new Map<string, number>();
  readonly #read = new RecentlyUsed<string, { readonly text: string; readonly element: ManagedElement }>(MOST_KNOWN);
  readonly #secrets = new RecentlyUsed<
    string,
    { readonly sealed: string; readonly credentials: ReadonlyMap<string, Credential> }
  >(MOST_KNOWN);
  #all = 0;

  constructor(parts: PollsForOthersParts) {
    this.#parts = parts;
  }

  /**
   * @throws PtpError `Client.Forbidden` when it is not one of those that this manager polls for that one, `Server.Busy`,
   *   `Client.Validation`, `Client.TooLarge`.
   */
  async poll(input: Asked, context: CallContext): Promise<Answer> {
    const asker = context.caller.by ?? context.caller.name;
    const asked = this.#asked(input);
    const underWay = this.#underWay.get(asker) ?? 0;
    if (this.#all >= MOST_POLLS || underWay >= MOST_OF_ONE)
      throw new PtpError(
        'Server.Busy',
        `it carries out ${underWay} polls for ${asker} and ${this.#all} in all already`,
      );
    this.#all += 1;
    this.#underWay.set(asker, underWay + 1);
    try {
      return await this.#poll(asked, input, asker, context);
    } finally {
      this.#all -= 1;
      const left = (this.#underWay.get(asker) ?? 1) - 1;
      if (left > 0) this.#underWay.set(asker, left);
      else this.#underWay.delete(asker);
    }
  }

  async #poll(asked: AskedAccess, input: Asked, asker: string, context: CallContext): Promise<Answer> {
    const { env, self, methods, listed, pooled } = this.#parts;
    const { name } = asked.element;
    const own = listed(name);
    // Who proves nothing is believed about nothing: it gets what this manager's own configuration lists.
    const isProved = context.caller.role === 'admin';
    const allowed = permission(asked, {
      self,
      listed: own,
      pooled: isProved ? await pooled(asked.element, asker, context) : undefined,
    });
    if (allowed.is === 'refused') throw new PtpError('Client.Forbidden', allowed.reason);
    const { element, access } = allowed;
    const method = methods.get(access.method);
    if (!method) throw new PtpError('Client.Conflict', `the method ${access.method} is not available there`);
    const credential =
      access.credential === undefined ? undefined : this.#credential(name, access.credential, input.sealed);
    if (access.credential !== undefined && !credential)
      throw new PtpError(
        'Client.Conflict',
        `the credential ${access.credential} is not known there; add it to the CREDENTIALS of ${self}`,
      );
    if (input.definition.length <= LONGEST_KNOWN)
      this.#read.use(name, { text: input.definition, element: asked.element });
    if (!isProved && KEEPS_PLACE.has(access.method) && input.memory !== undefined)
      throw new PtpError('Client.Forbidden', 'without a pool key nobody is believed about how far a log was read');
    const memory = isProved ? readMemory(input.memory) : undefined;
    const limitMs = Math.min(LONGEST_POLL_MS, method.tryLimitMs?.(access) ?? access.timeoutMs);
    const outcome = await tryAccess(
      bounded(method, limitMs),
      { element, access, ...(credential && { credential }), ...(memory !== undefined && { memory }) },
      env.clock,
      context.signal,
    );
    if (!outcome.ok) return failed(outcome.error);
    try {
      return { outcome: 'answered', responseTime: outcome.responseMs / 1000, answer: writeAnswer(outcome.answer) };
    } catch (thrown) {
      return failed(asPtpError(thrown));
    }
  }

  #asked({ element: name, access: position, definition }: Asked): AskedAccess {
    const known = this.#read.get(name);
    const element = known?.text === definition ? known.element : importDefinition(definition);
    if (element.name !== name)
      throw new PtpError('Client.Validation', `the definition is of ${element.name}; it should be of ${name}`, {
        place: { path: 'definition' },
      });
    const access = element.access[position];
    if (access) return { element, access };
    throw new PtpError('Client.Validation', `${name} has ${element.access.length} accesses, and none ${position}`, {
      place: { path: 'access' },
    });
  }

  /** The own configuration's, else the one that came with the question. */
  #credential(element: ElementName, id: string, sealed: string | undefined): Credential | undefined {
    const own = this.#parts.credential(element, id);
    if (own || sealed === undefined || !this.#parts.opened) return own;
    const known = this.#secrets.get(element);
    const credentials = known?.sealed === sealed ? known.credentials : this.#parts.opened(element, sealed);
    this.#secrets.use(element, { sealed, credentials });
    return credentials.get(id);
  }
}

/** Only what one try needs. */
const bounded = (method: AccessMethod, limitMs: number): AccessMethod => ({
  method: method.method,
  poll: (request, signal) => method.poll(request, signal),
  tryLimitMs: () => limitMs,
  check: () => [],
  close: async () => {},
});

/** @throws PtpError what is no finding about the element, but a fault of this manager. */
function failed(error: PtpError): Answer {
  if (!error.code.startsWith('Access.')) throw error;
  return { outcome: 'failed', code: error.code, reason: error.message, answer: [] };
}
