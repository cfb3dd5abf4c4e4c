/**
 * The little language in which the table of messages is written.
 *
 * A field says three things at once: the TypeScript type of its value, the XSD type that foreign clients see, and how
 * the codec reads and writes it. Records are sequences: their fields stand in XML in the order written here.
 */
import type { PtpStore } from '../../model/ptp-store.js';

/** Scalar types and the TypeScript values that stand for them. */
export interface ScalarValues {
  /** Up to 1 MiB of text. Characters that XML 1.0 cannot carry are refused on writing. */
  string: string;
  /** Non-empty, up to 1,024 characters. */
  id: string;
  /** A whole number that a double holds exactly. */
  int: number;
  decimal: number;
  boolean: boolean;
  /** Milliseconds since 1970; in XML ISO 8601 with milliseconds, UTC. */
  time: number;
  /** A measured value; in XML its text. 64-bit numbers stay whole. */
  value: number | bigint | string;
}
export type ScalarName = keyof ScalarValues;

export type FieldType =
  | { readonly is: 'scalar'; readonly scalar: ScalarName }
  | { readonly is: 'enum'; readonly name: string; readonly values: readonly string[] }
  | { readonly is: 'record'; readonly name: string; readonly fields: Fields }
  /** The common data format: a `PTP_STORE` element in no namespace. */
  | { readonly is: 'ptpStore' }
  /** The request or answer element of any operation of the table. */
  | { readonly is: 'message'; readonly direction: 'request' | 'answer' };

export interface Field<Value = unknown> {
  readonly type: FieldType;
  readonly occurs: 'one' | 'optional' | 'list';
  /** Only for the types; never set. */
  readonly value?: Value;
}

export type Fields = { readonly [name: string]: Field };

type OptionalNames<F extends Fields> = { [N in keyof F]: undefined extends ValueOf<F[N]> ? N : never }[keyof F];
type ValueOf<F> = F extends Field<infer V> ? V : never;
type Flat<T> = { [K in keyof T]: T[K] };

/** The TypeScript type of a record with these fields; optional fields may be left out. */
export type RecordOf<F extends Fields> = Flat<
  { readonly [N in Exclude<keyof F, OptionalNames<F>>]: ValueOf<F[N]> } & {
    readonly [N in OptionalNames<F>]?: ValueOf<F[N]>;
  }
>;

const scalar = <S extends ScalarName>(name: S): Field<ScalarValues[S]> => ({
  type: { is: 'scalar', scalar: name },
  occurs: 'one',
});

export const string = scalar('string');
export const id = scalar('id');
export const int = scalar('int');
export const decimal = scalar('decimal');
export const boolean = scalar('boolean');
export const time = scalar('time');
export const value = scalar('value');

export const oneOf = <const V extends readonly string[]>(name: string, values: V): Field<V[number]> => ({
  type: { is: 'enum', name, values },
  occurs: 'one',
});

/** A named complex type; the same name always has the same fields. */
export const record = <F extends Fields>(name: string, fields: F): Field<RecordOf<F>> => ({
  type: { is: 'record', name, fields },
  occurs: 'one',
});

export const ptpStore: Field<PtpStore> = { type: { is: 'ptpStore' }, occurs: 'one' };

/** A message within a message: its operation's name and its decoded content. */
export interface EmbeddedMessage {
  readonly operation: string;
  readonly content: Readonly<Record<string, unknown>>;
}
export const embedded = (direction: 'request' | 'answer'): Field<EmbeddedMessage> => ({
  type: { is: 'message', direction },
  occurs: 'one',
});

export const optional = <V>(field: Field<V>): Field<V | undefined> => ({ type: field.type, occurs: 'optional' });

/** Any number, none included; the element is repeated. */
export const list = <V>(field: Field<V>): Field<readonly V[]> => ({ type: field.type, occurs: 'list' });

/** One operation of the peer-to-peer interface. */
export interface Operation<I extends Fields = Fields, O extends Fields = Fields> {
  /** One sentence; becomes the WSDL's documentation. */
  readonly doc: string;
  /** The least role that may call it; `peer` means managers of the pool only. */
  readonly role: 'viewer' | 'operator' | 'admin' | 'peer';
  readonly input: I;
  readonly output: O;
}

export const operation = <I extends Fields, O extends Fields>(definition: Operation<I, O>): Operation<I, O> =>
  definition;
