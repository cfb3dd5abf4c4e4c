/**
 * The universal access layer: one interface, one file for each method.
 *
 * An access method makes **one try** at one element. Retries, schedule, back-off, rates, status and storing are not
 * its business. It must settle by the signal, leave nothing open behind it, and bound all that it reads.
 */
import type { Env } from '../base/env.js';
import type { Outer } from '../base/time-limit.js';
import type { Credential, DeviceType } from '../config/settings.js';
import type { AccessMethodName, AccessSpec, Discovery, ManagedElement } from '../model/element.js';
import type { NewEvent } from '../model/event.js';

/** A value as it was read. */
export interface Reading {
  readonly metric: string;
  readonly instance: string;
  readonly value: number | bigint | string;
  readonly unit: string;
  /**
   * Set for a counter: its width in bits, so that a wrap is told from a restart. Rates are derived elsewhere.
   * `rate` names the derived metric's unit when it is not `unit/s`.
   */
  readonly counter?: { readonly bits: 32 | 64 | undefined; readonly rateUnit?: string };
}

/** What a device says of itself; fills what its definition leaves open. */
export interface ElementFacts {
  readonly sysObjectId?: string;
  readonly sysName?: string;
  readonly description?: string;
  readonly location?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly type?: string;
  /** Who stands at the other ends of its cables. */
  readonly neighbours?: readonly Neighbour[];
  /** By which its neighbours may know it, `00:1b:c5:00:00:01`. */
  readonly hardwareAddresses?: readonly string[];
}

/** A neighbour, as a device tells of it. JSON-able. */
export interface Neighbour {
  readonly via: Discovery;
  /** The device's own interface, as its values are named. */
  readonly port: string;
  /** Its speed, such as `10G`. */
  readonly capacity?: string;
  /** What the neighbour may be known by, the most telling first: name, address, hardware address. At least one. */
  readonly names: readonly string[];
  readonly remotePort?: string;
}

/**
 * What a method has learnt of the other side that is right only for as long as both run, such as its clock and how often
 * it has started. It goes with the element to a new owner and is never written to disk: a manager that starts anew
 * learns it anew, since its own clock may have been set meanwhile.
 */
export interface Learnt {
  /** JSON-able; times in it are ages. */
  readonly what: unknown;
  /** When those ages were right, monotonic. */
  readonly atMs: number;
}

export interface PollRequest {
  readonly element: ManagedElement;
  readonly access: AccessSpec;
  readonly credential?: Credential;
  /** What the method wrote at its latest successful poll; undefined at the first. */
  readonly memory?: unknown;
  /** Of a former owner, until a poll here has succeeded: the same object each time. */
  readonly learnt?: Learnt;
}

/** What a try has taken, as far as the method can tell. */
export interface Effort {
  readonly requests?: number;
  /** Received, of the protocol's own payload. */
  readonly bytes?: number;
  /** Milliseconds that the manager's own thread worked on the answer, besides decoding it. */
  readonly workMs?: number;
}

export interface PollAnswer {
  readonly readings: readonly Reading[];
  /** Without time and element where they are the poll's own. */
  readonly events: readonly (Omit<NewEvent, 'time' | 'element'> & { readonly time?: number })[];
  readonly facts?: ElementFacts;
  /** JSON-able; stored together with the readings and events, handed to the next poll. */
  readonly memory?: unknown;
  /** How long the element took; default the time of the try. Of a try that another manager made, without the way there. */
  readonly responseMs?: number;
  /** See {@link Learnt.what}; as of the end of the poll. */
  readonly learnt?: unknown;
  /** How long the device has been up, milliseconds: by it a restart of its counters is told from a wrap. */
  readonly uptimeMs?: number;
  readonly effort?: Effort;
}

export interface AccessMethod {
  readonly method: AccessMethodName;
  /**
   * One try.
   * @throws PtpError `Access.*`, its sentence naming address and reason, never a secret.
   */
  poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer>;
  /** The same, in its place, of a method that is asked so often that it tells whether an AbortSignal is made for each try. */
  pollUntil?(request: PollRequest, ending: Outer): Promise<PollAnswer>;
  /**
   * Time for one whole try, when that is more than one request and its answer: the method bounds each of those by the
   * access's timeout itself. Default the timeout.
   */
  tryLimitMs?(access: AccessSpec): number;
  /** What is wrong with the access itself, found without touching the network; a sentence each. */
  check(element: ManagedElement, access: AccessSpec): readonly string[];
  /** What it has counted since it was made, by name: what was sent, what came and could not be used. */
  counts?(): Promise<Readonly<Record<string, number>>>;
  /** Ends all that is open. */
  close(): Promise<void>;
}

/** What a method is made from. */
export interface AccessParts {
  readonly env: Env;
  /** Resolves relative `path` and `module` options. */
  readonly configDir: string;
  readonly deviceTypes: () => readonly DeviceType[];
}

export type { Credential, DeviceType };
