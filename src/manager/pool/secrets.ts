/**
 * Credentials on their way from manager to manager (SPEC 6, "Data"): sealed by an owner for its stand-in and for who
 * takes over, opened by that one into memory only.
 *
 * A credential of the same id in the own configuration goes before one that came along. By which key secrets are sealed
 * for a manager is known from what it offers to the pool, where this manager keeps the inventory; otherwise the manager
 * is asked, once for each of its starts.
 */
import type { Env } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { Credential } from '../../config/settings.js';
import type { ElementName, ManagedElement } from '../../model/element.js';
import { MOST_BODY, MOST_SEALED } from './bundle/content.js';
import { Field } from './bundle/field.js';
import { isPublicKey, type SealKeys, seal, unseal } from './sealing.js';

export interface SecretsParts {
  readonly env: Env;
  readonly self: string;
  readonly keys: SealKeys;
  /** Of the own configuration. */
  readonly own: () => ReadonlyMap<string, Credential>;
  /** What the manager has offered to the pool, where that is known here. */
  readonly offered: (manager: string) => string | undefined;
  /** Asks the manager itself. */
  readonly ask: (manager: string) => Promise<string | undefined>;
}

const LONGEST_VALUE = 16 * 1024;
const MOST_MEMBERS = 20;
const MOST_CREDENTIALS = 64;
/** A key that was told is asked for again after this long: its manager may have lost its disk. */
const TRUST_MS = 60_000;
const MOST_KEYS = 10_000;
/** Of one element's secrets: whoever stands in, takes over, or is its surrogate. */
const MOST_RECEIVERS = 8;
/** Members of a credential that mean something on the machine of its configuration only. */
const LOCAL: readonly string[] = ['privateKey', 'passphrase'];
const MEMBERS = [
  'community',
  'user',
  'password',
  'authProtocol',
  'authPassword',
  'privProtocol',
  'privPassword',
  'context',
  'hostKey',
  'enablePassword',
] as const satisfies readonly (keyof Credential)[];

/** Ids of the credentials that an element is polled with. */
export const credentialIds = ({ access }: Pick<ManagedElement, 'access'>): readonly string[] => [
  ...new Set(access.flatMap(({ credential }) => credential ?? [])),
];

/** Whether a credential is bound to the machine of its configuration: its key lies in a file there. */
export const isLocal = (credential: Credential | undefined): boolean => credential?.privateKey !== undefined;

/** The sealed credentials in a bundle's body, if there are any. What is wrong with the body otherwise is told by whoever reads it whole. */
export function sealedIn(body: string): string | undefined {
  if (!body.includes('"sealed":')) return undefined;
  try {
    return Field.parse(body, 'bundle', MOST_BODY)
      .at('sealed')
      .optional((at) => at.text(MOST_SEALED));
  } catch {
    return undefined;
  }
}

export class Secrets {
  readonly #parts: SecretsParts;
  /** What was sealed last of each element for each receiver: bundles are many, and sealing takes a millisecond. */
  readonly #sealed = new Map<ElementName, Map<string, { readonly of: string; readonly text: string }>>();
  readonly #opened = new Map<ElementName, ReadonlyMap<string, Credential>>();
  readonly #told = new Map<string, { readonly key: string | undefined; readonly atMs: number }>();
  readonly #asking = new Map<string, Promise<string | undefined>>();

  constructor(parts: SecretsParts) {
    this.#parts = parts;
  }

  /** By which others seal for this manager. */
  get publicKey(): string {
    return this.#parts.keys.publicKey;
  }

  /** For polling an element: the own configuration's, else what came with it. */
  credential(element: ElementName, id: string): Credential | undefined {
    return this.#parts.own().get(id) ?? this.#opened.get(element)?.get(id);
  }

  /**
   * All credentials of an element, sealed; undefined where it needs none or none is known. A promise where the receiver's
   * key has to be asked for; it never rejects.
   */
  sealed(element: ManagedElement, receiver: string): string | undefined | Promise<string | undefined> {
    const found = credentialIds(element).flatMap((id) => this.credential(element.name, id) ?? []);
    if (found.length === 0) return undefined;
    const key = this.#keyOf(receiver);
    if (typeof key === 'string') return this.#seal(element.name, found, receiver, key);
    return key.then((asked) => (asked === undefined ? undefined : this.#seal(element.name, found, receiver, asked)));
  }

  /** Takes what came with an element. What cannot be opened is left out, and told in the log. */
  open(element: ElementName, sealed: string): void {
    const credentials = this.opened(element, sealed);
    if (credentials.size > 0) this.#opened.set(element, credentials);
  }

  /** What came for one use. None where it cannot be opened, which the log tells. */
  opened(element: ElementName, sealed: string): ReadonlyMap<string, Credential> {
    const { keys, self, env } = this.#parts;
    try {
      const text = unseal(sealed, { element, receiver: self }, keys);
      return new Map(readCredentials(text).map((one) => [one.id, one]));
    } catch (thrown) {
      env.log.warn('secrets of an element cannot be used', { element, reason: asPtpError(thrown).message });
      return new Map();
    }
  }

  /** It is not polled here any more. */
  forget(element: ElementName): void {
    this.#opened.delete(element);
    this.#sealed.delete(element);
  }

  #keyOf(receiver: string): string | Promise<string | undefined> {
    const { offered, env } = this.#parts;
    const key = offered(receiver);
    if (key !== undefined && isPublicKey(key)) return key;
    const told = this.#told.get(receiver);
    if (told?.key !== undefined && env.clock.monotonic() - told.atMs < TRUST_MS) return told.key;
    const asking = this.#asking.get(receiver) ?? this.#ask(receiver);
    this.#asking.set(receiver, asking);
    return asking;
  }

  async #ask(receiver: string): Promise<string | undefined> {
    const { ask, env } = this.#parts;
    let key: string | undefined;
    try {
      key = await ask(receiver);
      if (key === undefined || !isPublicKey(key)) {
        key = undefined;
        env.log.warn('a manager has no key that secrets could be sealed by', { manager: receiver });
      }
    } catch (thrown) {
      env.log.warn('the key that secrets are sealed by could not be asked for', {
        manager: receiver,
        reason: asPtpError(thrown).message,
      });
    }
    this.#asking.delete(receiver);
    if (this.#told.size >= MOST_KEYS) this.#told.clear();
    this.#told.set(receiver, { key, atMs: env.clock.monotonic() });
    return key;
  }

  #seal(element: ElementName, credentials: readonly Credential[], receiver: string, key: string): string | undefined {
    const { env, self } = this.#parts;
    const text = writeCredentials(credentials);
    const of = JSON.stringify([key, text]);
    const all = this.#sealed.get(element) ?? new Map<string, { readonly of: string; readonly text: string }>();
    const known = all.get(receiver);
    if (known?.of === of) return known.text;
    try {
      const sealed = seal(text, { element, sender: self, receiver }, key, env.random);
      if (sealed.length <= MOST_SEALED) {
        if (all.size >= MOST_RECEIVERS) all.clear();
        this.#sealed.set(element, all.set(receiver, { of, text: sealed }));
        return sealed;
      }
      env.log.warn('the secrets of an element are too long to travel', { element });
    } catch (thrown) {
      env.log.warn('the secrets of an element cannot be sealed', { element, reason: asPtpError(thrown).message });
    }
    return undefined;
  }
}

const writeCredentials = (credentials: readonly Credential[]): string =>
  JSON.stringify(
    credentials.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => !LOCAL.includes(name)))),
  );

/** @throws PtpError `Client.Validation`. The text does not occur in what is thrown. */
function readCredentials(text: string): Credential[] {
  return Field.parse(text, 'secrets', MOST_SEALED).list(MOST_CREDENTIALS, (at) => {
    const values = at.texts(MOST_MEMBERS, LONGEST_VALUE);
    const id = at.at('id').text(1024, 1);
    const members = MEMBERS.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as const]));
    return { id, ...Object.fromEntries(members) };
  });
}
