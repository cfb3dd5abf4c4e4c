/** Printers: toner, ink and paper by Printer-MIB (RFC 3805), in per cent of what there can be. */
import type { Reading } from '../../access.js';
import { uniqueNames } from '../instances.js';
import { numberOf } from '../values.js';
import { type Column, walkColumns } from '../walk.js';
import { numberIn, textIn } from './cells.js';
import type { Part } from './part.js';

const PRINTER = '1.3.6.1.2.1.43';
const PAGES = `${PRINTER}.10.2.1.4`;
/** prtMarkerSupplies and prtInput: description, largest, level. */
const SUPPLIES = {
  metric: 'supplyLevel',
  name: `${PRINTER}.11.1.1.6`,
  most: `${PRINTER}.11.1.1.8`,
  level: `${PRINTER}.11.1.1.9`,
};
const TRAYS = {
  metric: 'trayLevel',
  name: `${PRINTER}.8.2.1.13`,
  most: `${PRINTER}.8.2.1.9`,
  level: `${PRINTER}.8.2.1.10`,
};
const MOST_ROWS = 100;

export const printerPart: Part = {
  id: 'Printer-MIB',
  roots: [PAGES, SUPPLIES.level],
  async read({ session, bulk }) {
    const oids = [PAGES, ...[SUPPLIES, TRAYS].flatMap(({ name, most, level }) => [name, most, level])];
    return {
      readings: printerReadings(await walkColumns(session, oids, bulk, MOST_ROWS)),
      facts: { type: 'printer' },
    };
  },
};

/** Pure. Negative numbers are no levels: other, unknown, some left. */
export function printerReadings(columns: ReadonlyMap<string, Column>): Reading[] {
  const pages = [...(columns.get(PAGES)?.values() ?? [])].flatMap((cell): Reading[] => {
    const value = numberOf(cell);
    if (value === undefined) return [];
    return [{ metric: 'pages', instance: '', value, unit: '1', counter: { bits: 32 } }];
  });
  const levels = [SUPPLIES, TRAYS].flatMap(({ metric, name, most, level }) => {
    const indexes = [...(columns.get(level)?.keys() ?? [])];
    const names = uniqueNames(new Map(indexes.map((index) => [index, textIn(columns, name, index)])), (index) => index);
    return indexes.flatMap((index): Reading[] => {
      const [value, capacity] = [numberIn(columns, level, index) ?? -2, numberIn(columns, most, index) ?? -2];
      if (value < 0 || capacity <= 0) return [];
      const share = Math.round((1000 * value) / capacity) / 10;
      return [{ metric, instance: names.get(index) ?? index, value: share, unit: '%' }];
    });
  });
  return [...pages.slice(0, 1), ...levels];
}
