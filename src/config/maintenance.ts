/**
 * `MAINTENANCE` windows as part of the elements that they are for: wherever an element of this configuration is polled,
 * its definition is there, and so are they. Pure.
 *
 * A window names elements by an expression over the whole `kind/id` or the whole id; without one it is for all elements
 * of the configuration, those that come from elsewhere included.
 */
import type { ManagedElement } from '../model/element.js';
import type { PlannedMaintenance } from '../model/maintenance.js';
import type { MaintenanceWindow, Settings } from './settings.js';

interface Planned {
  readonly window: PlannedMaintenance;
  readonly concerns: (element: ManagedElement) => boolean;
}

export function withMaintenance(settings: Settings): Settings {
  if (settings.maintenance.length === 0) return settings;
  const planned = settings.maintenance.map(
    ({ element, ...window }): Planned => ({ window, concerns: concerning(element) }),
  );
  return { ...settings, elements: settings.elements.map((element) => withWindows(element, planned)) };
}

function withWindows(element: ManagedElement, planned: readonly Planned[]): ManagedElement {
  const maintenance = planned.filter(({ concerns }) => concerns(element)).map(({ window }) => window);
  return maintenance.length === 0 ? element : { ...element, maintenance };
}

/** Most name one element, and there may be many of them: no expression is needed for that. */
function concerning(expression: MaintenanceWindow['element']): Planned['concerns'] {
  if (expression === undefined) return () => true;
  if (/^[\w/-]+$/.test(expression)) return ({ id, name }) => name === expression || id === expression;
  const whole = new RegExp(`^(?:${expression})$`, 's');
  return ({ id, name }) => whole.test(name) || whole.test(id);
}

/** What an element is but for its windows, which change nothing of how it is polled. */
export const withoutWindows = ({ maintenance: _, ...element }: ManagedElement): Omit<ManagedElement, 'maintenance'> =>
  element;
