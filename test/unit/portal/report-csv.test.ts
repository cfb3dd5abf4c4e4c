import { expect } from 'chai';
import { groupsCsv } from '../../../src/portal/report-csv.js';
import { csvText } from '../../../src/portal/table-csv.js';

describe('a table as CSV', () => {
  it('quotes what has commas, quotes and line ends, and leaves nothing for what is not known', () => {
    const rows = [
      ['name', 'value'],
      ['a, "b"', 1.5],
      ['two\r\nlines', undefined],
      ['plain', -3],
    ];
    expect(csvText({ name: 'x', rows })).to.equal('name,value\r\n"a, ""b""",1.5\r\n"two\r\nlines",\r\nplain,-3\r\n');
  });

  it('lets no spreadsheet take a text for a formula', () => {
    const rows = ['=HYPERLINK("http://x")', '+1', '-1', '@a', '\tb'].map((text) => [text]);
    expect(csvText({ name: 'x', rows }).split('\r\n')).to.deep.equal([
      '"\'=HYPERLINK(""http://x"")"',
      "'+1",
      "'-1",
      "'@a",
      "'\tb",
      '',
    ]);
  });

  it('has as many cells in each row of a report as names of columns', () => {
    const group = {
      ...{
        name: 'acme',
        elements: 2,
        knownSeconds: 10,
        availableSeconds: 5,
        availability: 0.5,
        polls: 4,
        pollsFailed: 1,
      },
      alarms: [{ severity: 'major', count: 3 } as const],
      ...{ acknowledged: 1, acknowledgedSeconds: 60, cleared: 0, clearedSeconds: 0 },
    };
    const [names = [], row = []] = groupsCsv('customer', [group]).rows;
    expect(row).to.have.lengthOf(names.length);
    expect(row[names.indexOf('majorAlarms')]).to.equal(3);
    expect(row[names.indexOf('clearedSeconds')]).to.equal(0);
  });
});
