import { expect } from 'chai';
import fc from 'fast-check';
import { elementLink, elementNameLink, forwardedBase, managerLink, outerBase } from '../../../src/portal/links.js';
import { listFilter, listRequest, paging, Query, rangeName } from '../../../src/portal/query.js';

describe('addresses of pages', () => {
  for (const [id, expected] of [
    ['core1', '/p/em/devices/core1'],
    ['rack 7/card 2', '/p/em/devices/rack%207%2Fcard%202'],
    ['100%', '/p/em/devices/100%25'],
    ['東京', '/p/em/devices/%E6%9D%B1%E4%BA%AC'],
    ['a?b#c', '/p/em/devices/a%3Fb%23c'],
    ['..', '/p/em/devices?id=..'],
    ['.', '/p/em/devices?id=.'],
    ['\ud800', '/p/em/devices/%EF%BF%BD'],
  ] as const) {
    it(`of ${JSON.stringify(id)}`, () => expect(elementLink('/p/em', 'device', id)).to.equal(expected));
  }

  it('lead back to the same id, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
        const url = new URL(elementLink('/p/em', 'service', id), 'http://localhost');
        const found = url.searchParams.get('id') ?? decodeURIComponent(url.pathname.slice('/p/em/services/'.length));
        expect(found).to.equal(id);
      }),
    );
  });

  it('of an element by its name, and of nothing else', () => {
    expect(elementNameLink('/p/em', 'application/a/b')).to.equal('/p/em/applications/a%2Fb');
    expect(elementNameLink('/p/em', 'planet/earth')).to.equal(undefined);
    expect(managerLink('/p/em', 'EM 1')).to.equal('/p/em/managers/EM%201');
  });

  it('of the portal around one that is shown through another manager', () => {
    expect(outerBase('/ptpmgr/eim/managers/EM1')).to.equal('/ptpmgr/eim');
    expect(outerBase('/ptpmgr/em')).to.equal(undefined);
  });

  for (const base of ['/ptpmgr/eim/managers/EM1', '/a/managers/EM%201']) {
    it(`may begin with ${base} when a peer says so`, () => expect(forwardedBase(base)).to.equal(base));
  }
  for (const base of [
    undefined,
    '',
    '/',
    'ptpmgr',
    '//evil.example',
    '/a//b',
    '/a/../b',
    '/a/%2e%2E',
    '/a/.',
    '/a?b',
    '/a#b',
    '/a b',
    '/a"b',
    '/a<b',
    '/a\\b',
    'http://evil.example/',
    `/${'a'.repeat(3_000)}`,
    '/a/',
  ]) {
    it(`never begin with ${JSON.stringify(base?.slice(0, 40))}`, () => expect(forwardedBase(base)).to.equal(undefined));
  }
});

describe('what an address asks for', () => {
  it('is the worst first, fifty rows, when it says nothing', () => {
    expect(listRequest(new Query(''))).to.deep.equal({
      page: 1,
      size: 50,
      sort: '-status',
      q: '',
      status: '',
      type: '',
      site: '',
      manager: '',
    });
  });

  it('is taken where it makes sense', () => {
    const request = listRequest(
      new Query('page=3&size=25&sort=-since&q=core+x&status=DOWN&type=router&site=Fort%20Collins&manager=EM1'),
    );
    expect(request).to.deep.equal({
      page: 3,
      size: 25,
      sort: '-since',
      q: 'core x',
      status: 'down',
      type: 'router',
      site: 'Fort Collins',
      manager: 'EM1',
    });
    expect(listFilter(request)).to.equal('"core" "x" status:"down" type:"router" site:"Fort Collins" manager:"EM1"');
  });

  it('falls back to what is usual where it does not', () => {
    const request = listRequest(new Query('page=-1&size=1e9&sort=__proto__&status=purple&page=7'));
    expect(request).to.deep.include({ page: 1, size: 50, sort: '-status', status: '' });
    expect(listRequest(new Query('page=999999999999&size=0'))).to.deep.include({ page: 1, size: 1 });
    expect(rangeName(new Query('range=9y'), '1h')).to.equal('1h');
  });

  it('names no column by what was searched for, and has a bound', () => {
    expect(listFilter(listRequest(new Query('q=status:down "x')))).to.equal('"status:down" "x"');
    expect(listFilter(listRequest(new Query(`q=${'a '.repeat(200)}`))).split(' ')).to.have.length(16);
  });

  for (const [text, expected] of [
    ['2026-03-14', '2026-03-14T00:00:00.000Z'],
    ['2026-03-14T03:07', '2026-03-14T03:07:00.000Z'],
    ['2026-03-14T03:07:42.5Z', '2026-03-14T03:07:42.500Z'],
    ['2026-13-14', undefined],
    ['yesterday', undefined],
  ] as const) {
    it(`is the time ${expected ?? 'of nothing'} by ${text}`, () => {
      const time = new Query(`from=${text}`).time('from');
      expect(time === undefined ? undefined : new Date(time).toISOString()).to.equal(expected);
    });
  }

  for (const [page, total, first, last, pages] of [
    [1, 0, 0, 0, 1],
    [1, 10, 1, 10, 1],
    [2, 60, 51, 60, 2],
    [3, 60, 0, 0, 2],
    [1, 50, 1, 50, 1],
  ] as const) {
    it(`page ${page} of ${total} rows has ${first} to ${last}`, () => {
      expect(paging({ page, size: 50 }, total)).to.deep.include({ first, last, pages });
    });
  }
});
