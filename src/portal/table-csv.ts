/** Tables as comma-separated values (RFC 4180), for spreadsheets and scripts. Pure. */

export type CsvCell = string | number | undefined;

/** The names of the columns come first. */
export interface CsvTable {
  /** Of the file, without `.csv`: letters, digits and `-`. */
  readonly name: string;
  readonly rows: readonly (readonly CsvCell[])[];
}

export const csvText = ({ rows }: CsvTable): string => rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');

/** A spreadsheet takes a text that begins so for a formula, which a device could have made up: it is marked as text. */
const FORMULA = /^[=+\-@\t\r]/;

function cellText(cell: CsvCell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
