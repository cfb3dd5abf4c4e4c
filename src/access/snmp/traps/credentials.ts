/** Whose notifications are taken: the communities and users of the credentials that `TRAPS` names. */
import type { Credential } from '../../access.js';
import { faultOf } from '../../options.js';
import { v3User } from '../agent.js';
import type { KeyCache } from '../usm/keys.js';
import { type UsmUser, usmUser } from '../usm/security.js';

const DEFAULT_COMMUNITY = 'public';

export interface TrapCredentials {
  readonly communities: readonly Buffer[];
  /** By name, an octet in each character; several may have one name. */
  readonly users: ReadonlyMap<string, readonly UsmUser[]>;
  /** Why others of them are of no use; a sentence each. */
  readonly faults: readonly string[];
}

/**
 * @param credentials One with a `user` is SNMPv3's, one with a `community` v1's and v2c's; none at all means the
 *   community `public`, as it does where agents are asked.
 */
export function trapCredentials(credentials: readonly Credential[], keys: KeyCache): TrapCredentials {
  const communities = credentials.flatMap(({ community }) => (community === undefined ? [] : [Buffer.from(community)]));
  const users = new Map<string, UsmUser[]>();
  const faults: string[] = [];
  for (const credential of credentials) {
    if (credential.user === undefined) continue;
    faults.push(
      ...faultOf(() => {
        const written = v3User(credential);
        const user = usmUser(written.name, written, keys);
        const name = user.name.toString('latin1');
        users.set(name, [...(users.get(name) ?? []), user]);
      }),
    );
  }
  return { communities: credentials.length === 0 ? [Buffer.from(DEFAULT_COMMUNITY)] : communities, users, faults };
}
