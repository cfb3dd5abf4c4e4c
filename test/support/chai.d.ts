/** The part of chai 6 that the tests use; the package itself brings no types. */
declare module 'chai' {
  type Comparison = (value: number, message?: string) => Assertion;

  /** A word that may be called as a check of its type or go on as a chain. */
  interface TypeCheck extends Assertion {
    (type: string, message?: string): Assertion;
  }

  interface Contains extends Assertion {
    (part: unknown, message?: string): Assertion;
  }

  interface Length extends Assertion {
    (length: number, message?: string): Assertion;
  }

  type ErrorClass = abstract new (...args: never[]) => Error;

  interface Throws {
    (message?: string | RegExp): Assertion;
    (kind: ErrorClass | Error, message?: string | RegExp): Assertion;
  }

  export interface Assertion {
    readonly to: Assertion;
    readonly be: Assertion;
    readonly been: Assertion;
    readonly is: Assertion;
    readonly that: Assertion;
    readonly which: Assertion;
    readonly and: Assertion;
    readonly has: Assertion;
    readonly have: Assertion;
    readonly with: Assertion;
    readonly at: Assertion;
    readonly of: Assertion;
    readonly not: Assertion;
    readonly deep: Assertion;
    readonly nested: Assertion;
    readonly own: Assertion;
    readonly ordered: Assertion;
    readonly any: Assertion;
    readonly all: Assertion;
    readonly a: TypeCheck;
    readonly an: TypeCheck;
    readonly include: Contains;
    readonly includes: Contains;
    readonly contain: Contains;
    readonly contains: Contains;
    readonly ok: Assertion;
    readonly true: Assertion;
    readonly false: Assertion;
    readonly null: Assertion;
    readonly undefined: Assertion;
    readonly NaN: Assertion;
    readonly exist: Assertion;
    readonly empty: Assertion;
    readonly finite: Assertion;
    readonly frozen: Assertion;
    readonly length: Length;
    readonly above: Comparison;
    readonly below: Comparison;
    readonly least: Comparison;
    readonly most: Comparison;
    readonly greaterThan: Comparison;
    readonly lessThan: Comparison;
    readonly throw: Throws;
    readonly throws: Throws;
    equal(value: unknown, message?: string): Assertion;
    equals(value: unknown, message?: string): Assertion;
    eq(value: unknown, message?: string): Assertion;
    eql(value: unknown, message?: string): Assertion;
    lengthOf(length: number, message?: string): Assertion;
    match(pattern: RegExp, message?: string): Assertion;
    string(part: string, message?: string): Assertion;
    within(start: number, finish: number, message?: string): Assertion;
    closeTo(value: number, delta: number, message?: string): Assertion;
    instanceOf(kind: abstract new (...args: never[]) => unknown, message?: string): Assertion;
    instanceof(kind: abstract new (...args: never[]) => unknown, message?: string): Assertion;
    property(name: string | symbol, value?: unknown, message?: string): Assertion;
    keys(...keys: (string | readonly string[])[]): Assertion;
    members(values: readonly unknown[], message?: string): Assertion;
    oneOf(values: readonly unknown[], message?: string): Assertion;
    satisfy(test: (value: never) => boolean, message?: string): Assertion;
  }

  export interface Expect {
    (value: unknown, message?: string): Assertion;
    fail(message?: string): never;
  }
  export const expect: Expect;

  export interface Assert {
    (holds: unknown, message?: string): asserts holds;
    fail(message?: string): never;
    ok(value: unknown, message?: string): asserts value;
    isOk(value: unknown, message?: string): asserts value;
    isNotOk(value: unknown, message?: string): void;
    equal<T>(actual: T, expected: T, message?: string): void;
    notEqual<T>(actual: T, expected: T, message?: string): void;
    strictEqual<T>(actual: T, expected: T, message?: string): void;
    notStrictEqual<T>(actual: T, expected: T, message?: string): void;
    deepEqual<T>(actual: T, expected: T, message?: string): void;
    notDeepEqual<T>(actual: T, expected: T, message?: string): void;
    isTrue(value: unknown, message?: string): asserts value is true;
    isFalse(value: unknown, message?: string): asserts value is false;
    isNull(value: unknown, message?: string): asserts value is null;
    isNotNull<T>(value: T | null, message?: string): asserts value is T;
    isUndefined(value: unknown, message?: string): asserts value is undefined;
    isDefined<T>(value: T | undefined, message?: string): asserts value is T;
    exists<T>(value: T | null | undefined, message?: string): asserts value is T;
    isArray(value: unknown, message?: string): asserts value is unknown[];
    isString(value: unknown, message?: string): asserts value is string;
    isNumber(value: unknown, message?: string): asserts value is number;
    isEmpty(value: unknown, message?: string): void;
    isAbove(actual: number, floor: number, message?: string): void;
    isAtLeast(actual: number, floor: number, message?: string): void;
    isBelow(actual: number, ceiling: number, message?: string): void;
    isAtMost(actual: number, ceiling: number, message?: string): void;
    approximately(actual: number, expected: number, delta: number, message?: string): void;
    closeTo(actual: number, expected: number, delta: number, message?: string): void;
    include(whole: string, part: string, message?: string): void;
    include<T>(whole: readonly T[], part: T, message?: string): void;
    include<T extends object>(whole: T, part: Partial<T>, message?: string): void;
    deepInclude<T>(whole: readonly T[], part: T, message?: string): void;
    deepInclude<T extends object>(whole: T, part: Partial<T>, message?: string): void;
    notInclude(whole: string, part: string, message?: string): void;
    notInclude<T>(whole: readonly T[], part: T, message?: string): void;
    match(text: string, pattern: RegExp, message?: string): void;
    notMatch(text: string, pattern: RegExp, message?: string): void;
    property(value: unknown, name: string, message?: string): void;
    notProperty(value: unknown, name: string, message?: string): void;
    propertyVal(value: object, name: string, expected: unknown, message?: string): void;
    lengthOf(value: { readonly length?: number; readonly size?: number }, length: number, message?: string): void;
    sameMembers<T>(actual: readonly T[], expected: readonly T[], message?: string): void;
    sameDeepMembers<T>(actual: readonly T[], expected: readonly T[], message?: string): void;
    includeMembers<T>(whole: readonly T[], part: readonly T[], message?: string): void;
    oneOf<T>(value: T, values: readonly T[], message?: string): void;
    instanceOf<T>(value: unknown, kind: abstract new (...args: never[]) => T, message?: string): asserts value is T;
    throws(run: () => unknown, message?: string | RegExp): void;
    throws(run: () => unknown, kind: ErrorClass, message?: string | RegExp): void;
    doesNotThrow(run: () => unknown, message?: string): void;
  }
  export const assert: Assert;
}
