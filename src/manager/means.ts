/** What a manager polls by: its access methods, and the credentials that it has or was given. */
import type { AccessMethod, Credential } from '../access/access.js';
import type { AccessMethodName, ElementName, ManagedElement } from '../model/element.js';
import type { ManagerCore } from './core.js';
import type { Secrets } from './pool/secrets.js';
import { AskedSurrogates } from './surrogate/surrogates.js';

export interface Means {
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  /** The configuration's own, or one that came with the element. */
  readonly credential: (element: ElementName, id: string) => Credential | undefined;
  /** Seals an element's credentials for another manager; undefined where there are none, or none may travel. */
  readonly sealed: (element: ManagedElement, manager: string) => string | undefined | Promise<string | undefined>;
  /** Opens what was sealed for this manager; nothing where none may travel. */
  readonly opened: (element: ElementName, sealed: string) => ReadonlyMap<string, Credential>;
}

/** @param secrets Absent where none may travel. */
export const meansOf = (
  core: Pick<ManagerCore, 'settings'>,
  methods: Means['methods'],
  secrets: () => Secrets | undefined,
): Means => ({
  methods,
  credential: (element, id) => secrets()?.credential(element, id) ?? core.settings.credentials.get(id),
  sealed: (element, manager) => secrets()?.sealed(element, manager),
  opened: (element, sealed) => secrets()?.opened(element, sealed) ?? new Map(),
});

/** Polls through other managers. Nothing of the manager is looked at before an element is polled. */
export const surrogatesFor = (
  core: Pick<ManagerCore, 'env' | 'directory'>,
  { methods, sealed }: Pick<Means, 'methods' | 'sealed'>,
): AskedSurrogates =>
  new AskedSurrogates({
    env: core.env,
    methods,
    sealed,
    reach: (manager) => {
      const known = core.directory.get(manager);
      if (!known) return 'it is not known here';
      const { reach, reason } = known;
      return reach === 'alive' || reach === 'unknown' ? core.directory.peer(manager) : (reason ?? reach);
    },
  });
