/**
 * How a pool begins (SPEC 6, "Founding").
 *
 * Contract only so far: see the file's user in `node/`.
 */
import type { ManagerAddress } from '../../model/manager.js';
import type { MemberId, Roster, Start } from '../member.js';

/** Somebody who is in no pool yet, as it introduces itself. */
export interface Seeker extends Start {
  readonly id: MemberId;
  /** The name of the pool that it wants to be in. */
  readonly name: string;
  readonly role: 'EM' | 'EIM';
  readonly stands: boolean;
  readonly priority: number;
  readonly site?: string;
  /** How others reach it; goes into the roster. */
  readonly address?: ManagerAddress;
  /** Managers that its configuration names: neighbours and integration managers. */
  readonly names: readonly MemberId[];
  /** Version of the latest founding that it knows of and that came to nothing: the next one is above it. */
  readonly tried?: number;
}

export type FoundingMessage =
  /** To every manager that the seeker knows, again and again while it seeks. */
  | { readonly is: 'seek'; readonly seeker: Seeker }
  /** The answer of one that seeks as well: whom it has heard lately, itself included. */
  | { readonly is: 'seeking'; readonly seekers: readonly Seeker[] }
  /** The answer of one that is in a pool: to be asked for admission. */
  | { readonly is: 'inPool'; readonly pool: string; readonly name: string; readonly master: MemberId | undefined }
  /** Of the founder to all that its roster names: to be adopted by whoever is in no pool. */
  | { readonly is: 'found'; readonly name: string; readonly roster: Roster };
