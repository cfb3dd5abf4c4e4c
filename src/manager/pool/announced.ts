/** Integration managers that have announced themselves: known again after a restart, though no configuration names them. */
import type { Env } from '../../base/env.js';
import { asPtpError } from '../../base/errors.js';
import type { ManagerAddress } from '../../model/manager.js';
import type { Store } from '../../store/store.js';
import type { Directory } from '../directory.js';

const NOTE = 'announcedIntegrationManagers';
/** The longest known are forgotten. */
const MOST = 20;

export interface AnnouncedParts {
  readonly env: Env;
  readonly store: Store;
  readonly directory: Directory;
}

export class AnnouncedManagers {
  readonly #parts: AnnouncedParts;
  #known: readonly ManagerAddress[] = [];

  constructor(parts: AnnouncedParts) {
    this.#parts = parts;
  }

  /** Takes up what was noted before this start. What cannot be read is forgotten. */
  async recall(): Promise<void> {
    const { store, env } = this.#parts;
    try {
      const noted: unknown = JSON.parse((await store.getNote(NOTE)) ?? '[]');
      if (Array.isArray(noted)) this.#known = noted.flatMap((one: unknown) => addressOf(one) ?? []).slice(-MOST);
    } catch (thrown) {
      env.log.warn('integration managers that had announced themselves are forgotten', {
        reason: asPtpError(thrown).message,
      });
    }
    this.meet();
  }

  /** Puts them into the directory; to be called again whenever that takes a configuration. */
  meet(): void {
    const { directory } = this.#parts;
    for (const address of this.#known) directory.add(address, 'integrationManager');
  }

  async add(address: ManagerAddress): Promise<void> {
    this.#known = [...this.#known.filter(({ id }) => id !== address.id), address].slice(-MOST);
    this.meet();
    await this.#parts.store.putNote(NOTE, JSON.stringify(this.#known));
  }
}

/** As `add` has noted it. */
function addressOf(noted: unknown): ManagerAddress | undefined {
  if (typeof noted !== 'object' || noted === null) return undefined;
  const { id, name, origin, context, socket }: Record<string, unknown> = { ...noted };
  if (typeof id !== 'string' || typeof origin !== 'string' || typeof context !== 'string') return undefined;
  const { host, port }: Record<string, unknown> = typeof socket === 'object' && socket !== null ? { ...socket } : {};
  return {
    id,
    role: 'EIM',
    origin,
    context,
    ...(typeof name === 'string' && { name }),
    ...(typeof host === 'string' && typeof port === 'number' && { socket: { host, port } }),
  };
}
