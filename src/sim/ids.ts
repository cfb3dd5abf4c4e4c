/** What simulated managers are called, from `m1` on. */
export const idOf = (index: number): string => `m${index + 1}`;
