/** Values of command line options. */
import { InvalidArgumentError } from 'commander';

/** A whole number within bounds, for commander's `option(..., parse)`. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };

/** One of a list of words. */
export const oneOf =
  <const W extends readonly string[]>(words: W) =>
  (text: string): W[number] => {
    const word = words.find((one) => one === text);
    if (word !== undefined) return word;
    throw new InvalidArgumentError(`It is one of ${words.join(', ')}.`);
  };
