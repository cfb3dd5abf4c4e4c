/** What stands by the thresholds of an access, as it comes in a bundle: every time in it is an age. */
import {
  FLAPPING,
  THRESHOLD_PHASES,
  type ThresholdState,
  type ThresholdWatch,
  withTimes,
} from '../../../assess/thresholds.js';
import { LONGEST_WORD } from './content.js';
import { present, readThreshold } from './definition.js';
import type { Field } from './field.js';

const MOST_THRESHOLDS = 10_000;
const MOST_WATCHES = 1000;
/** As of all ages; a little below zero they may be by rounding only. */
const MOST_AGE_MS = 100 * 365 * 86_400_000;

/** @throws PtpError `Client.Validation` */
export function readThresholds(at: Field, monotonicMs: number): ThresholdState {
  const aged: ThresholdState = {
    timeMs: age(at.at('timeMs')),
    ...(at.at('isFull').optional((full) => full.boolean()) && { isFull: true }),
    thresholds: at.at('thresholds').list(MOST_THRESHOLDS, (threshold) => ({
      spec: readThreshold(threshold.at('spec')),
      watches: threshold.at('watches').list(MOST_WATCHES, readWatch),
    })),
  };
  return withTimes(aged, (agoMs) => monotonicMs - agoMs);
}

const age = (at: Field): number => Math.max(0, at.number(-MOST_AGE_MS, MOST_AGE_MS));

const readWatch = (at: Field): ThresholdWatch =>
  present({
    instance: at.at('instance').text(LONGEST_WORD),
    phase: at.at('phase').oneOf(THRESHOLD_PHASES),
    sinceMs: age(at.at('sinceMs')),
    seenMs: age(at.at('seenMs')),
    raises: at.at('raises').integer(0, FLAPPING),
  });
