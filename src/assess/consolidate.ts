/**
 * One list out of what several managers say. Pure.
 *
 * An element that several managers report is shown once, in the section of its primary source: the one with the newest
 * epoch, then the freshest, then the lowest id, so that everybody who consolidates the same sections sees the same.
 */
import { elementName } from '../model/element.js';
import { compareEpochs } from '../model/manager.js';
import { type ElementEntry, type ManagerSection, sectionElements } from '../model/ptp-store.js';

interface Claim {
  readonly section: ManagerSection;
  readonly entry: ElementEntry;
}

/**
 * @param sameAge Seconds by which ages may differ and still be equally fresh. It has to cover what the ages of live
 *   sources differ by, such as the interval at which they are fetched: the choice would go to and fro otherwise.
 */
export function consolidate(sections: readonly ManagerSection[], sameAge = 5): readonly ManagerSection[] {
  const primary = new Map<string, Claim>();
  for (const section of sections) {
    for (const entry of sectionElements(section)) {
      const claim = { section, entry };
      const key = elementName(entry.kind, entry.id);
      const rival = primary.get(key);
      if (!rival || isBetter(claim, rival, sameAge)) primary.set(key, claim);
    }
  }
  const keep = (section: ManagerSection) => (entry: ElementEntry) =>
    primary.get(elementName(entry.kind, entry.id))?.section === section;
  return sections.map((section) => ({
    ...section,
    devices: section.devices.filter(keep(section)),
    services: section.services.filter(keep(section)),
    applications: section.applications.filter(keep(section)),
  }));
}

function isBetter(claim: Claim, rival: Claim, sameAge: number): boolean {
  const byEpoch =
    claim.entry.epoch && rival.entry.epoch
      ? compareEpochs({ ...claim.entry.epoch, giver: '' }, { ...rival.entry.epoch, giver: '' })
      : 0;
  if (byEpoch !== 0) return byEpoch > 0;
  const known = Number(rival.entry.status === 'unknown') - Number(claim.entry.status === 'unknown');
  if (known !== 0) return known > 0;
  const fresher = (rival.section.age ?? 0) - (claim.section.age ?? 0);
  // The id keeps the choice steady between equals.
  if (Math.abs(fresher) > sameAge) return fresher > 0;
  return claim.section.id < rival.section.id;
}
