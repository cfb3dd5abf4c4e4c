/** What is read of every device that has it, without any configuration: standard MIBs. */
import { addressPart, neighbourPart } from '../neighbours/part.js';
import { chassisPart } from './chassis.js';
import { kindPart } from './kind.js';
import { poePart, upsPart } from './metric-parts.js';
import type { Part } from './part.js';
import { printerPart } from './printer.js';
import { ciscoSensors, entitySensors } from './sensors.js';
import { hostPart, processorPart, storagePart, ucdPart } from './storage.js';

/** In the order in which they are read: what time runs out for is what changes least. */
export const STANDARD_PARTS: readonly Part[] = [
  kindPart,
  ucdPart,
  processorPart,
  storagePart,
  hostPart,
  upsPart,
  entitySensors,
  ciscoSensors,
  poePart,
  printerPart,
  chassisPart,
  neighbourPart,
  addressPart,
];
