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

export function consolidate(sections: readonly ManagerSection[]): readonly ManagerSection[] {
  const primary = new Map<string, Claim>();
  for (const section of sections) {
    for (const entry of sectionElements(section)) {
      const claim = { section, entry };
      const key = elementName(entry.kind, entry.id);
      const rival = primary.get(key);
      if (!rival || isBetter(claim, rival)) primary.set(key, claim);
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

function isBetter(claim: Claim, rival: Claim): boolean {
  const byEpoch =
    claim.entry.epoch && rival.entry.epoch
      ? compareEpochs({ ...claim.entry.epoch, giver: '' }, { ...rival.entry.epoch, giver: '' })
      : 0;
  if (byEpoch !== 0) return byEpoch > 0;
  const known = Number(rival.entry.status === 'unknown') - Number(claim.entry.status === 'unknown');
  if (known !== 0) return known > 0;
  const fresher = (rival.section.age ?? 0) - (claim.section.age ?? 0);
  // Ages within a few seconds of each other are the same poll round seen twice; the id keeps the choice steady then.
  if (Math.abs(fresher) > 5) return fresher > 0;
  return claim.section.id < rival.section.id;
}
