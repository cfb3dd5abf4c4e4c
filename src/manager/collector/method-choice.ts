/** By what an access is polled: an access method of this manager, or the surrogate that the access names. */
import type { AccessMethod } from '../../access/access.js';
import type { AccessMethodName, AccessSpec } from '../../model/element.js';

export interface Surrogates {
  /** For an access with `via`: each of its tries is made by the manager that it names. */
  methodFor(access: AccessSpec): AccessMethod;
}

export interface MethodChoice {
  /** Id of this manager: what is reached through it, it polls itself. */
  readonly self: string;
  readonly methods: ReadonlyMap<AccessMethodName, AccessMethod>;
  /** Absent: an access that names another manager is not polled. */
  readonly surrogates?: Surrogates | undefined;
}

/** Undefined for an access that this manager cannot poll. */
export const methodFor = ({ self, methods, surrogates }: MethodChoice, access: AccessSpec): AccessMethod | undefined =>
  access.via === undefined || access.via === self ? methods.get(access.method) : surrogates?.methodFor(access);
