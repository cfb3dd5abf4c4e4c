/**
 * When an element is in maintenance. Pure.
 *
 * Windows are given by UTC, so the wall clock decides, whatever it does: what it says now is looked up anew each time,
 * and nothing has to happen at the very moment at which a window begins or ends.
 */
import type { MaintenanceWindow, PlannedMaintenance, SetMaintenance } from '../model/maintenance.js';

/** Windows that people may have set for one element at a time. */
export const MOST_WINDOWS = 20;
/** The longest that somebody may set at run time; for longer, the configuration is the place. */
export const LONGEST_WINDOW_MS = 90 * 86_400_000;

export const NOTHING_SET: SetMaintenance = { version: 0, windows: [] };

export const windowsOf = (
  planned: readonly PlannedMaintenance[] | undefined,
  set: SetMaintenance,
): readonly MaintenanceWindow[] =>
  planned === undefined || planned.length === 0
    ? set.windows
    : [...planned.map((one, index) => ({ ...one, id: `configured-${index + 1}` })), ...set.windows];

/** The one that lasts longest of those within which `nowMs` lies. */
export function windowAt(windows: readonly MaintenanceWindow[], nowMs: number): MaintenanceWindow | undefined {
  let found: MaintenanceWindow | undefined;
  for (const one of windows) if (one.from <= nowMs && nowMs < one.to && (!found || one.to > found.to)) found = one;
  return found;
}

/** Those that have not ended, the next first. */
export const windowsLeft = (windows: readonly MaintenanceWindow[], nowMs: number): readonly MaintenanceWindow[] =>
  windows.filter(({ to }) => to > nowMs).sort((a, b) => a.from - b.from || a.to - b.to);

/** When the next of them begins or ends; undefined when none does any more. */
export function nextEdgeMs(windows: readonly MaintenanceWindow[], nowMs: number): number | undefined {
  const edges = windows.flatMap(({ from, to }) => [from, to]).filter((edge) => edge > nowMs);
  return edges.length > 0 ? Math.min(...edges) : undefined;
}

/** With one more; what is over is forgotten. Undefined where there are {@link MOST_WINDOWS} already. */
export function withWindow(set: SetMaintenance, window: MaintenanceWindow, nowMs: number): SetMaintenance | undefined {
  const windows = windowsLeft(set.windows, nowMs);
  return windows.length >= MOST_WINDOWS ? undefined : { version: set.version + 1, windows: [...windows, window] };
}

/** Without that one; undefined where there is none of that id. */
export function withoutWindow(set: SetMaintenance, id: string, nowMs: number): SetMaintenance | undefined {
  const windows = windowsLeft(set.windows, nowMs);
  return windows.some((one) => one.id === id)
    ? { version: set.version + 1, windows: windows.filter((one) => one.id !== id) }
    : undefined;
}

export const newer = (one: SetMaintenance, other: SetMaintenance): SetMaintenance =>
  other.version > one.version ? other : one;

/** `until 2026-12-02T02:00:00Z, by ada: new line card` */
export function windowWords({ to, by, text }: MaintenanceWindow): string {
  const until = new Date(to).toISOString().replace(/\.\d+Z$/, 'Z');
  return `until ${until}${by === undefined ? '' : `, by ${by}`}${text === undefined ? '' : `: ${text}`}`;
}
