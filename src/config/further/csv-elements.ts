/**
 * Rows as elements: written as the XML that a person would have written, one element a line, so that the rules for
 * configurations hold for them as well. Pure.
 */
import { PtpError } from '../../base/errors.js';
import { escapeAttribute, escapeText } from '../../xml/write.js';
import { alternatives, nearest } from '../../xml/xsd-model.js';
import { type CsvCell, parseCsv, separatorOf } from './csv.js';

/** Where in the rows what stands in a line of the XML was. */
export interface RowPlace {
  readonly line: number;
  /** Of the value of each attribute that was written. */
  readonly columns: ReadonlyMap<string, number>;
}

export interface RowsAsXml {
  readonly text: string;
  /** By line of the text, from 1; lines without one are nobody's. */
  readonly places: ReadonlyMap<number, RowPlace>;
}

const KINDS = { device: 'DEVICE', service: 'SERVICE', application: 'APPLICATION' } as const;
type Kind = keyof typeof KINDS;
const isKind = (text: string): text is Kind => Object.hasOwn(KINDS, text);

const ELEMENT_COLUMNS = ['id', 'ip', 'dnsname', 'label', 'type', 'vendor', 'model', 'location', 'pool', 'device'];
const ACCESS_COLUMNS = ['credential', 'interval', 'timeout', 'retries', 'via', 'port', 'version', 'url', 'expect'];
const OTHER_COLUMNS = ['kind', 'nwview', 'description', 'portal', 'customers', 'parents', 'method'];
const COLUMNS: readonly string[] = [...ELEMENT_COLUMNS, ...OTHER_COLUMNS, ...ACCESS_COLUMNS];
/** What more an access by a probe needs. */
const PROBE_KIND = 'probe';

/**
 * The first row names the columns. A device with an address and without a `method` is polled by SNMP.
 * @throws PtpError `Client.Validation` or `Client.TooLarge` with line and column.
 */
export function rowsAsXml(text: string, mostRows: number): RowsAsXml {
  const [header, ...rows] = parseCsv(text, separatorOf(text), mostRows + 1);
  if (!header)
    throw new PtpError('Client.Validation', `there is no row; the first names the columns, such as ip,dnsname,type`);
  const columns = header.map((cell) => columnOf(cell, header));
  const places = new Map<number, RowPlace>();
  const byKind: Record<Kind, string[]> = { device: [], service: [], application: [] };
  const placesOf: Record<Kind, RowPlace[]> = { device: [], service: [], application: [] };
  for (const row of rows) {
    const values = new Map<string, CsvCell>();
    for (const [index, cell] of row.entries()) {
      const column = columns[index];
      if (column === undefined)
        throw new PtpError('Client.Validation', `this row has ${row.length} values for ${columns.length} columns`, {
          place: { line: cell.line, column: cell.column },
        });
      if (cell.text.trim() !== '') values.set(column, { ...cell, text: cell.text.trim() });
    }
    const kind = kindOf(values.get('kind'));
    byKind[kind].push(placedAt(row[0]?.line ?? 1, () => elementXml(kind, values)));
    placesOf[kind].push({
      line: row[0]?.line ?? 1,
      columns: new Map([...values].map(([name, { column }]) => [name, column])),
    });
  }
  const lines = ['<ELEMENTS>'];
  for (const [kind, name] of [
    ['device', 'DEVICES'],
    ['service', 'SERVICES'],
    ['application', 'APPLICATIONS'],
  ] as const) {
    if (byKind[kind].length === 0) continue;
    lines.push(`<${name}>`);
    for (const [index, xml] of byKind[kind].entries()) {
      lines.push(xml);
      const place = placesOf[kind][index];
      if (place) places.set(lines.length, place);
    }
    lines.push(`</${name}>`);
  }
  lines.push('</ELEMENTS>');
  return { text: lines.join('\n'), places };
}

function columnOf(cell: CsvCell, header: readonly CsvCell[]): string {
  const name = cell.text.trim().toLowerCase();
  const place = { line: cell.line, column: cell.column };
  if (!COLUMNS.includes(name)) {
    const near = nearest(name, COLUMNS);
    throw new PtpError(
      'Client.Validation',
      `there is no column ${JSON.stringify(cell.text.trim().slice(0, 60))}; ${near ? `did you mean ${near}?` : `there are ${alternatives(COLUMNS, 30)}`}`,
      { place },
    );
  }
  if (header.find((one) => one.text.trim().toLowerCase() === name) !== cell)
    throw new PtpError('Client.Validation', `the column ${name} stands a second time; keep one`, { place });
  return name;
}

function kindOf(cell: CsvCell | undefined): Kind {
  const kind = cell?.text.toLowerCase() ?? 'device';
  if (isKind(kind)) return kind;
  throw new PtpError('Client.Validation', 'the kind is none; it should be device, service or application', {
    place: { line: cell?.line, column: cell?.column },
  });
}

/** What cannot be written as XML is told with its line. */
function placedAt(line: number, write: () => string): string {
  try {
    return write();
  } catch (thrown) {
    if (!(thrown instanceof PtpError)) throw thrown;
    throw new PtpError(thrown.code, thrown.message, { place: { line, column: 1 }, cause: thrown });
  }
}

function elementXml(kind: Kind, values: ReadonlyMap<string, CsvCell>): string {
  const name = KINDS[kind];
  const text = (column: string): string | undefined => values.get(column)?.text;
  const attributes = (columns: readonly string[]): string =>
    columns
      .flatMap((column) => {
        const value = text(column);
        return value === undefined ? [] : [` ${column}="${escapeAttribute(value)}"`];
      })
      .join('');
  const own = kind === 'device' ? ELEMENT_COLUMNS.filter((one) => one !== 'device') : ELEMENT_COLUMNS;
  const listed = (column: string): string[] =>
    text(column)
      ?.split(/\s*[,;|]\s*/)
      .filter(Boolean) ?? [];
  const children = [
    ...(text('description') === undefined ? [] : [`<DESCRIPTION>${oneLine(text('description') ?? '')}</DESCRIPTION>`]),
    ...(text('portal') === undefined ? [] : [`<PORTAL>${oneLine(text('portal') ?? '')}</PORTAL>`]),
    ...(text('customers') === undefined
      ? []
      : [
          `<CUSTOMERS>${listed('customers')
            .map((one) => `<CUSTOMER>${oneLine(one)}</CUSTOMER>`)
            .join('')}</CUSTOMERS>`,
        ]),
    ...listed('parents').map((one) => `<PARENT id="${escapeAttribute(one)}"/>`),
    ...accessXml(kind, text, attributes),
  ];
  const nwview = kind === 'service' ? ['nwview'] : [];
  return `<${name}${attributes([...own, ...nwview])}>${children.join('')}</${name}>`;
}

function accessXml(
  kind: Kind,
  text: (column: string) => string | undefined,
  attributes: (columns: readonly string[]) => string,
): string[] {
  const hasAddress = text('ip') !== undefined || text('dnsname') !== undefined;
  const method = text('method')?.toLowerCase() ?? (kind === 'device' && hasAddress ? 'snmp' : undefined);
  if (method === undefined || method === 'none') return [];
  const [first, probe] = method.split(' ');
  const kindOfProbe = first === PROBE_KIND && probe !== undefined ? ` kind="${escapeAttribute(probe)}"` : '';
  return [`<ACCESS method="${escapeAttribute(first ?? '')}"${kindOfProbe}${attributes(ACCESS_COLUMNS)}/>`];
}

const oneLine = (text: string): string => escapeText(text.replace(/\s+/g, ' '));
