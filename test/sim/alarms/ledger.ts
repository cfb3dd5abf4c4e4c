/** What has counted in the world of alarms, and whether it would still be there without whoever owns it (SPEC 6, rule 5). */
import { readAlarm } from '../../../src/manager/alarms/keeping/alarm-text.js';
import type { Alarm } from '../../../src/model/alarm.js';
import type { ElementName } from '../../../src/model/element.js';
import { SEVERITIES, type Severity } from '../../../src/model/status.js';
import { type AlarmCopy, isOpen, mergeCopies } from '../../../src/pool/alarms/merge.js';
import type { SimulatedManager } from './manager.js';

/** An alarm as it was when it last counted on two disks. */
interface Counted {
  readonly alarm: Alarm;
  readonly by: string;
  readonly keptBy: string;
}

export class Ledger {
  readonly #counted = new Map<string, Counted>();
  readonly #managers: ReadonlyMap<string, SimulatedManager>;
  /** How often what was looked at: a check that never looks finds nothing. */
  readonly looks = { shown: 0, kept: 0, survivors: 0, takenOver: 0 };

  constructor(managers: ReadonlyMap<string, SimulatedManager>) {
    this.#managers = managers;
  }

  /** @returns What is wrong, in words. */
  shown(by: string, alarm: Alarm): string | undefined {
    this.looks.shown += 1;
    const { keptBy } = alarm;
    if (keptBy === undefined) {
      // Its owner has gone on alone: nothing is promised of it.
      this.#counted.delete(alarm.id);
      return undefined;
    }
    this.looks.kept += 1;
    this.#counted.set(alarm.id, { alarm, by, keptBy });
    // An answer may come from one that has crashed since.
    for (const one of [by, keptBy])
      if (this.#managers.get(one)?.isUp && (this.#revisionOnDisk(one, alarm.id) ?? 0) < alarm.revision)
        return `${name(alarm)} is shown at ${by}, kept by ${keptBy}, and is not on the disk of ${one}`;
    return undefined;
  }

  /** Its disk is gone: what it kept is kept by nobody until it is kept anew. */
  lost(manager: string): void {
    for (const [id, { keptBy }] of this.#counted) if (keptBy === manager) this.#counted.delete(id);
  }

  /** Of those that `owner` has: whether another one would find them if it crashed now. */
  survivors(owner: SimulatedManager, element: ElementName): string | undefined {
    const found = new Map(this.#mergedWithout(owner.id, element).map((alarm) => [alarm.id, alarm]));
    for (const { alarm, by, keptBy } of this.#counted.values()) {
      if (alarm.element !== element || by !== owner.id || !this.#managers.get(keptBy)?.isUp) continue;
      this.looks.survivors += 1;
      const fault = faultOf(alarm, found.get(alarm.id));
      if (fault) return `should ${owner.id} crash now, ${name(alarm)} ${fault}`;
    }
    return undefined;
  }

  /** Of those that a former owner had: whether the new one has them. */
  takenOver(owner: SimulatedManager, element: ElementName, former: string): string | undefined {
    const found = new Map(owner.decided(element).map((alarm) => [alarm.id, alarm]));
    for (const { alarm, by } of this.#counted.values()) {
      if (alarm.element !== element || by !== former) continue;
      this.looks.takenOver += 1;
      // Of one that has been over for a moment, and was not shown so yet, nobody need hear again.
      const here = found.get(alarm.id) ?? owner.disk.alarms.get(alarm.id);
      const fault = faultOf(alarm, here);
      if (fault) return `after ${former} crashed, at ${owner.id} ${name(alarm)} ${fault}`;
    }
    return undefined;
  }

  #revisionOnDisk(manager: string, id: string): number | undefined {
    const disk = this.#managers.get(manager)?.disk;
    const kept = disk?.kept.get(id);
    const own = disk?.alarms.get(id)?.revision;
    return kept ? Math.max(readAlarm(kept.body).revision, own ?? 0) : own;
  }

  #mergedWithout(owner: string, element: ElementName): readonly Alarm[] {
    const copies: AlarmCopy[] = [];
    for (const { id, isUp, disk } of this.#managers.values()) {
      const set = disk.sets.get(element);
      if (id === owner || !isUp || !set || set.owner === id) continue;
      const kept = [...disk.kept.values()].filter(({ subject }) => subject === element);
      copies.push({ ...set, alarms: kept.map(({ body }) => readAlarm(body)) });
    }
    return mergeCopies(element, copies, 0).alarms;
  }
}

function faultOf(counted: Alarm, found: Alarm | undefined): string | undefined {
  if (!isOpen(counted)) return found && isOpen(found) ? 'would stand again though it was over' : undefined;
  if (!found) return 'would be lost';
  if (!isOpen(found)) return found.revision > counted.revision ? undefined : 'would be over though it stands';
  const { acknowledged } = counted;
  if (!acknowledged || found.acknowledged) return undefined;
  // What gets worse than that is not acknowledged any more.
  const isWorse = rank(found.worst) > rank(acknowledged.severity ?? counted.severity);
  return isWorse && found.revision > counted.revision ? undefined : 'would not be acknowledged any more';
}

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

const name = ({ id, element, key, revision, severity, acknowledged }: Alarm): string =>
  `${key} of ${element} (${id.slice(0, 6)}, revision ${revision}, ${severity}${acknowledged ? ', acknowledged' : ''})`;
