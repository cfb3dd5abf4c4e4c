import type { Settings } from '../config/settings.js';
import type { ManagerAddress } from '../model/manager.js';
import type { Relation } from './directory.js';

/** Other managers that the configuration names; one that it names twice is an integration manager. */
export function configuredManagers(settings: Settings): { address: ManagerAddress; relation: Relation }[] {
  const { managers, neighbors, integrationManagers } = settings;
  return [
    ...[...neighbors, ...managers].map((address) => ({ address, relation: 'neighbor' as const })),
    ...integrationManagers.map((address) => ({ address, relation: 'integrationManager' as const })),
  ];
}
