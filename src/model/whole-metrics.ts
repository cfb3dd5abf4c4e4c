/** Of what a value is a share. */

/**
 * The metric that is the whole of another, for shares: the speed of an interface for its traffic, and `...Total` for
 * `...Used`, `...Free` and `...Available`.
 */
export function wholeOf(metric: string, unit: string): string | undefined {
  if (unit === 'bit/s') return 'ifSpeed';
  const [, kind] = /^(.+)(?:Used|Free|Available)$/.exec(metric) ?? [];
  return kind === undefined ? undefined : `${kind}Total`;
}
