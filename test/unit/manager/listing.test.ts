import { expect } from 'chai';
import fc from 'fast-check';
import { type Columns, firstOf, listRows } from '../../../src/manager/listing.js';

interface Row {
  readonly id: string;
  readonly status: string;
  readonly size?: number;
}

const COLUMNS: Columns<Row> = {
  columns: { id: ({ id }) => id, status: ({ status }) => status, size: ({ size }) => size },
  text: ({ id, status }) => [id, status],
  tieBreak: ({ id }) => id,
};

const ROWS: Row[] = [
  { id: 'sw10', status: 'down', size: 5 },
  { id: 'sw9', status: 'normal' },
  { id: 'core router', status: 'normal', size: 70 },
  { id: 'sw1', status: 'down', size: 12 },
];
const ids = (listing: Parameters<typeof listRows>[1]) => listRows(ROWS, listing, COLUMNS).rows.map(({ id }) => id);

describe('listing', () => {
  const cases: [string, Parameters<typeof listRows>[1], string[]][] = [
    ['natural order of ids by default', {}, ['core router', 'sw1', 'sw9', 'sw10']],
    ['a word anywhere, upper and lower case alike', { filter: 'SW1' }, ['sw1', 'sw10']],
    ['every word must occur', { filter: 'sw down' }, ['sw1', 'sw10']],
    ['a column wants the whole value', { filter: 'id:sw1' }, ['sw1']],
    ['a quoted value may hold blanks', { filter: 'id:"core router"' }, ['core router']],
    ['a colon after no column is plain text', { filter: 'http://x' }, []],
    ['an inherited property is no column', { filter: 'constructor:x' }, []],
    ['numbers sort as numbers, missing ones last', { sort: 'size' }, ['sw10', 'sw1', 'core router', 'sw9']],
    ['the other direction, missing ones still last', { sort: '-size' }, ['core router', 'sw1', 'sw10', 'sw9']],
    ['equals in their natural order', { sort: '-status' }, ['core router', 'sw9', 'sw1', 'sw10']],
    ['a page', { page: 2, pageSize: 3 }, ['sw10']],
    ['a page past the end', { page: 9, pageSize: 3 }, []],
  ];
  for (const [title, listing, expected] of cases) it(title, () => expect(ids(listing)).to.deep.equal(expected));

  const refused: [Parameters<typeof listRows>[1], string][] = [
    [{ page: 0 }, 'page is 0; it counts from 1 to 1000000'],
    [{ pageSize: 1001 }, 'pageSize is 1001; it can be 1 to 1000'],
    [{ pageSize: 1.5 }, 'pageSize is 1.5; it can be 1 to 1000'],
    [{ sort: '__proto__' }, 'there is no column "__proto__" to sort by; there are id, status, size'],
    [{ filter: 'a '.repeat(33) }, 'the filter has 33 words; 32 is the most'],
  ];
  for (const [listing, message] of refused)
    it(`refuses: ${message}`, () => expect(() => ids(listing)).to.throw(message));

  it('shows every kept row on exactly one page, and the total is theirs', () => {
    const row = fc.record({
      id: fc.string(),
      status: fc.constantFrom('down', 'normal'),
      size: fc.option(fc.integer(), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('id', '-size', 'status'),
        (rows, pageSize, sort) => {
          const all = listRows(rows, { sort }, COLUMNS);
          const pages = Array.from(
            { length: Math.ceil(rows.length / pageSize) },
            (_, index) => listRows(rows, { sort, page: index + 1, pageSize }, COLUMNS).rows,
          );
          expect(pages.flat()).to.deep.equal(all.rows);
          expect(all.total).to.equal(rows.length);
        },
      ),
    );
  });
});

describe('a list that is read on from a place', () => {
  const row = fc.record({
    id: fc.string({ maxLength: 3 }),
    status: fc.constantFrom('down', 'normal'),
    size: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  });
  const unlike = fc.uniqueArray(row, { maxLength: 40, selector: ({ id }) => id });
  const sorts = fc.constantFrom(undefined, 'id', '-size', 'status', '-status');

  it('shows every row once, as the whole list does', () => {
    fc.assert(
      fc.property(unlike, fc.integer({ min: 1, max: 7 }), sorts, (rows, pageSize, sort) => {
        const seen: Row[] = [];
        let after: string | undefined;
        do {
          const page = listRows(rows, { pageSize, ...(sort && { sort }), ...(after && { after }) }, COLUMNS);
          expect(page.total).to.equal(rows.length);
          seen.push(...page.rows);
          after = page.next;
        } while (after !== undefined);
        expect(seen).to.deep.equal(listRows(rows, { ...(sort && { sort }) }, COLUMNS).rows);
      }),
    );
  });

  it('neither repeats nor leaves out what stays, whatever comes and goes meanwhile', () => {
    fc.assert(
      fc.property(unlike, unlike, sorts, (rows, others, sort) => {
        const listing = { pageSize: 3, ...(sort && { sort }) };
        const first = listRows(rows, listing, COLUMNS);
        if (first.next === undefined) return;
        const known = new Set(rows.map(({ id }) => id));
        const later = [...rows.filter((_, index) => index % 3 !== 0), ...others.filter(({ id }) => !known.has(id))];
        const rest = listRows(later, { ...listing, pageSize: 1000, after: first.next }, COLUMNS).rows.map(
          ({ id }) => id,
        );
        const shown = first.rows.map(({ id }) => id);
        expect(rest.filter((id) => shown.includes(id))).to.deep.equal([]);
        const stayed = later.map(({ id }) => id).filter((id) => known.has(id));
        for (const id of stayed) expect([...shown, ...rest]).to.include(id);
      }),
    );
  });

  it('is the same of parts that were cut off, put together', () => {
    fc.assert(
      fc.property(unlike, fc.integer({ min: 1, max: 7 }), sorts, (rows, pageSize, sort) => {
        const listing = { pageSize, ...(sort && { sort }) };
        const parts = [0, 1, 2].map((part) => rows.filter((_, index) => index % 3 === part));
        const seen: Row[] = [];
        let after: string | undefined;
        do {
          const asked = { ...listing, ...(after && { after }) };
          const pages = parts.map((part) => listRows(part, asked, COLUMNS));
          const more = pages.some(({ next }) => next !== undefined);
          const page = listRows(
            pages.flatMap((one) => one.rows),
            asked,
            COLUMNS,
            more,
          );
          seen.push(...page.rows);
          after = page.next;
        } while (after !== undefined);
        expect(seen).to.deep.equal(listRows(rows, { ...(sort && { sort }) }, COLUMNS).rows);
      }),
    );
  });

  it('finds the first of many as sorting all of them would, without comparing all with each other', () => {
    const by = (a: number, b: number) => Math.trunc(a) - Math.trunc(b);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 20, noNaN: true })),
        fc.integer({ min: 1, max: 30 }),
        (all, count) => {
          expect(firstOf(all, count, by)).to.deep.equal(all.toSorted(by).slice(0, count));
        },
      ),
    );
    let compared = 0;
    const many = Array.from({ length: 10_000 }, (_, at) => (at * 7919) % 10_007);
    firstOf(many, 50, (a, b) => {
      compared += 1;
      return a - b;
    });
    expect(compared).to.be.below(20_000);
  });

  it('takes no place of another list, and no text that is none', () => {
    const { next = '' } = listRows(ROWS, { pageSize: 1, sort: 'size' }, COLUMNS);
    expect(() => ids({ sort: '-size', after: next })).to.throw('it belongs to a list sorted by size, not by -size');
    for (const after of ['', '%', 'bm8', 'WzFd', 'x'.repeat(20_000)])
      expect(() => ids({ after })).to.throw('after cannot be used');
  });
});
