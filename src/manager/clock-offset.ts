/** Whether the wall clocks of two managers agree (SPEC 6, "Clocks"): nothing depends on it but the times that people read. */

/** More than this is worth telling. */
const MOST_OFFSET_MS = 1_000;

/** When a manager asked, when it had the answer, and what the other's clock said in between; wall clocks, milliseconds. */
export interface ClockReading {
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly theirsMs: number;
}

/**
 * By how much the other's clock is ahead, in milliseconds, where that is more than a second for certain: when in between
 * it looked at its clock is not known.
 *
 * @param wasOff Whether it was off before: then it is until it is within a second for certain.
 */
export function clockOffsetMs({ askedMs, answeredMs, theirsMs }: ClockReading, wasOff: boolean): number | undefined {
  const doubtMs = Math.max(0, answeredMs - askedMs) / 2;
  const aheadMs = theirsMs - (askedMs + doubtMs);
  return Math.abs(aheadMs) > MOST_OFFSET_MS + (wasOff ? -doubtMs : doubtMs) ? aheadMs : undefined;
}

/** For people: `its clock is 3.2 s ahead`. */
export function clockOffsetText(aheadMs: number): string {
  const seconds = Math.abs(aheadMs) / 1_000;
  return `its clock is ${seconds < 100 ? seconds.toFixed(1) : Math.round(seconds)} s ${aheadMs > 0 ? 'ahead' : 'behind'}`;
}

/** @param aheadMs Undefined where it is right again. */
export const clockEvent = (manager: string, aheadMs: number | undefined) =>
  aheadMs === undefined
    ? ({
        severity: 'cleared',
        name: 'clockOffset',
        text: `the clock of ${manager} agrees with this manager's again`,
        alarm: `clock ${manager}`,
      } as const)
    : ({
        severity: 'minor',
        name: 'clockOffset',
        text: `of ${manager}, seen from here, ${clockOffsetText(aheadMs)}: times in its data are off by as much`,
        alarm: `clock ${manager}`,
      } as const);
