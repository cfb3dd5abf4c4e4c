/** Names that are asked for together: as text for people and tables, and as they stand in a request. */
import { RecentlyUsed } from '../../../base/recently-used.js';
import { encodeOid } from '../ber/oid.js';
import { type CommunityVersion, communityTemplate, type Template } from './community.js';
import { encodeBindings } from './pdu.js';

/** Requests for the same names that are kept: they differ by how many rows they ask for. */
const MOST_TEMPLATES = 100;

export class Names {
  readonly oids: readonly string[];
  readonly contents: readonly Uint8Array[];
  /** The list of bindings of a request for them. */
  readonly list: Uint8Array;
  readonly #templates = new Map<number, Template>();
  /** Of what the templates are. */
  #version: CommunityVersion = 1;
  #community = '';
  #pduType = 0;

  /** @throws PtpError `Access.Settings` when one is no object identifier. */
  constructor(oids: readonly string[]) {
    this.oids = oids;
    this.contents = oids.map(encodeOid);
    this.list = encodeBindings(this.contents.map((oid) => ({ oid })));
  }

  /**
   * A request for them, not to be changed: thousands of agents are asked in the same words.
   *
   * @param repetitions Of GETBULK, else 0.
   */
  template(version: CommunityVersion, community: string, pduType: number, repetitions: number): Template {
    const isSame = version === this.#version && community === this.#community && pduType === this.#pduType;
    if (!isSame || this.#templates.size >= MOST_TEMPLATES) this.#templates.clear();
    const known = this.#templates.get(repetitions);
    if (known) return known;
    this.#version = version;
    this.#community = community;
    this.#pduType = pduType;
    const made = communityTemplate(version, Buffer.from(community), pduType, 0, repetitions, this.list);
    this.#templates.set(repetitions, made);
    return made;
  }
}

/** By the array itself: what is asked at each poll is in one that lives as long as the configuration, or the program. */
const ENCODED = new WeakMap<readonly string[], Names>();

/**
 * Of the very same array, which may not change, they are encoded once.
 *
 * @throws PtpError `Access.Settings` when one is no object identifier.
 */
export function namesOf(oids: readonly string[]): Names {
  const known = ENCODED.get(oids);
  if (known) return known;
  const names = new Names(oids);
  ENCODED.set(oids, names);
  return names;
}

/** Lists of names that are kept; each manager asks for a few hundred. */
const MOST_LISTS = 2_000;
const LISTS = new RecentlyUsed<string, readonly string[]>(MOST_LISTS);

/** The very same array for the same names, so that lists that are put together at each poll are encoded once, too. */
export function sameNames(oids: readonly string[]): readonly string[] {
  const key = oids.join(' ');
  const list = LISTS.get(key) ?? oids;
  LISTS.use(key, list);
  return list;
}
