/** Comma-separated values as RFC 4180 has them, with the place of every value. Pure. */
import { PtpError } from '../../base/errors.js';

export interface CsvCell {
  readonly text: string;
  /** From 1, like `column`, which counts characters. */
  readonly line: number;
  readonly column: number;
}

const MOST_COLUMNS = 64;
const MOST_CELL = 10_000;

/**
 * Rows with at least one value; quoted values may hold separators, line breaks and doubled quotes.
 * @param mostRows More are refused.
 * @throws PtpError `Client.Validation` or `Client.TooLarge` with line and column.
 */
export function parseCsv(text: string, separator: string, mostRows: number): readonly (readonly CsvCell[])[] {
  const rows: CsvCell[][] = [];
  let row: CsvCell[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  let lineStart = at;
  const endRow = (): void => {
    if (row.some((cell) => cell.text.trim() !== '')) rows.push(row);
    row = [];
    if (rows.length > mostRows)
      throw new PtpError('Client.TooLarge', `there are more than ${mostRows} rows; split them into several sources`, {
        place: { line, column: 1 },
      });
  };
  while (at < text.length) {
    const place = { line, column: at - lineStart + 1 };
    let value: string;
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      if (end === undefined)
        throw new PtpError('Client.Validation', 'this quoted value has no end; close it with a quote', { place });
      value = text.slice(at + 1, end).replaceAll('""', '"');
      for (let br = text.indexOf('\n', at); br !== -1 && br < end; br = text.indexOf('\n', br + 1)) {
        line += 1;
        lineStart = br + 1;
      }
      at = end + 1;
      if (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r')
        throw new PtpError('Client.Validation', 'something follows a quoted value; a separator would be right', {
          place: { line, column: at - lineStart + 1 },
        });
    } else {
      let end = at;
      while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
      value = text.slice(at, end);
      at = end;
    }
    if (value.length > MOST_CELL || row.length >= MOST_COLUMNS)
      throw new PtpError(
        'Client.TooLarge',
        value.length > MOST_CELL
          ? `this value is longer than ${MOST_CELL} characters; shorten it`
          : `this row has more than ${MOST_COLUMNS} values; leave columns out`,
        { place },
      );
    row.push({ text: value, ...place });
    if (text[at] === separator) {
      at += 1;
      // A separator at the end is followed by an empty value.
      if (at >= text.length || text[at] === '\n' || text[at] === '\r')
        row.push({ text: '', line, column: at - lineStart + 1 });
      else continue;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    line += 1;
    lineStart = at;
    endRow();
  }
  endRow();
  return rows;
}

function closingQuote(text: string, from: number): number | undefined {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return undefined;
}

/** The one of comma, semicolon and tab that the first line has most of. */
export function separatorOf(text: string): string {
  const first = text.slice(0, 10_000).split(/\r?\n/, 1)[0] ?? '';
  const count = (separator: string) => first.split(separator).length;
  return [';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best), ',');
}
