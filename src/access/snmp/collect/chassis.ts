/** What the device is, by ENTITY-MIB (RFC 6933): model and serial number of the chassis. */
import type { ElementFacts, Reading } from '../../access.js';
import { type Column, walkColumns } from '../walk.js';
import { textIn } from './cells.js';
import { typeOfModel, typeOfWords } from './kind.js';
import { NAMES_MS, type Part } from './part.js';

const ENTITY = '1.3.6.1.2.1.47.1.1.1.1';
const CLASS = `${ENTITY}.5`;
const SERIAL = `${ENTITY}.11`;
const MODEL = `${ENTITY}.13`;
const ASKED = [CLASS, SERIAL, MODEL];
const CHASSIS = '3';
/** The chassis is among the first; a stack, or what holds two of them, may stand before it. */
const FIRST_ROWS = 6;

interface Chassis {
  readonly model?: string;
  readonly serial?: string;
}

export const chassisPart: Part = {
  id: 'ENTITY-MIB',
  roots: [CLASS],
  everyMs: NAMES_MS,
  recall: (kept) => chassisReadings(isChassis(kept) ? kept : {}),
  async read({ session, bulk }) {
    const columns = await walkColumns(session, ASKED, { ...bulk, repetitions: FIRST_ROWS }, FIRST_ROWS, true);
    const rows = [...(columns.get(CLASS)?.keys() ?? [])].map((index) => ({
      isChassis: textIn(columns, CLASS, index) === CHASSIS,
      serial: toldIn(columns, SERIAL, index),
      model: toldIn(columns, MODEL, index),
    }));
    const chassis = chassisOf(rows);
    return {
      readings: chassisReadings(chassis),
      kept: chassis,
      ...(chassis.model ? { facts: factsOf(chassis.model) } : {}),
    };
  },
};

/** What is written where nothing is known. */
const NOTHING = /^(n\/?a|none|unknown|unspecified|not (available|specified)|<[^>]*>|[-0.]*)$/i;

function toldIn(columns: ReadonlyMap<string, Column>, oid: string, index: string): string {
  const text = textIn(columns, oid, index);
  return NOTHING.test(text) ? '' : text;
}

/** Pure. The first chassis; of agents that call nothing so, the first part that has a model. */
export function chassisOf(
  rows: readonly { readonly isChassis: boolean; readonly serial: string; readonly model: string }[],
): Chassis {
  const found = rows.find((row) => row.isChassis && (row.model || row.serial)) ?? rows.find(({ model }) => model);
  return { ...(found?.model ? { model: found.model } : {}), ...(found?.serial ? { serial: found.serial } : {}) };
}

function factsOf(model: string): ElementFacts {
  const type = typeOfModel(model) ?? typeOfWords(model);
  return { model, ...(type ? { type } : {}) };
}

const chassisReadings = ({ serial }: Chassis): Reading[] =>
  serial ? [{ metric: 'serialNumber', instance: '', value: serial, unit: '1' }] : [];

const isChassis = (value: unknown): value is Chassis =>
  typeof value === 'object' &&
  value !== null &&
  (!('serial' in value) || typeof value.serial === 'string') &&
  (!('model' in value) || typeof value.model === 'string');
