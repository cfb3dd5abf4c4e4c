/** How long something can be asked to last: a delegation, a maintenance. */
export const SPANS = {
  '1h': { ms: 3_600_000, label: '1 hour' },
  '4h': { ms: 4 * 3_600_000, label: '4 hours' },
  '12h': { ms: 12 * 3_600_000, label: '12 hours' },
  '1d': { ms: 24 * 3_600_000, label: '1 day' },
  '7d': { ms: 7 * 24 * 3_600_000, label: '1 week' },
} as const;
export type SpanName = keyof typeof SPANS;
export const SPAN_NAMES: readonly SpanName[] = ['1h', '4h', '12h', '1d', '7d'];
