import { expect } from 'chai';
import fc from 'fast-check';
import { readSettings } from '../../../src/config/load.js';
import { withFailover } from '../../../src/config/with-failover.js';
import { needSharedText } from '../../support/shared.js';

const EM2 = { id: 'EM2', types: ['router', 'switch'] };
const HOST = '<HOST dnsname="localhost"><HTTP_SERVER uri="localhost:8080"/></HOST>';
const around = (body: string): string => `<PTP_CONFIG>\n  <PTPMANAGER type="EM"/>\n  ${body}\n</PTP_CONFIG>\n`;

describe('writing failover managers into a configuration', () => {
  it('puts them on lines of their own, indented like what stands before', () => {
    const text = around(
      `<EMANAGER id="EM1">\n    ${HOST}\n    <NEIGHBORS/> <!-- none -->\n    <COMMENTS/>\n  </EMANAGER>`,
    );
    expect(withFailover(text, [EM2, { id: 'EM3', uri: 'em3.example:8080', types: [] }])).to.equal(
      text.replace(
        '<NEIGHBORS/> <!-- none -->\n',
        '<NEIGHBORS/> <!-- none -->\n    <FAILOVER_EM id="EM2" types="router switch"/>\n    <FAILOVER_EM id="EM3" uri="em3.example:8080"/>\n',
      ),
    );
  });

  it('keeps tabs, carriage returns, and files without line ends', () => {
    const crlf = around(`<EMANAGER id="EM1">\n\t${HOST}\n</EMANAGER>`).replaceAll('\n', '\r\n');
    expect(withFailover(crlf, [EM2])).to.equal(
      crlf.replace('</HOST>', '</HOST>\r\n\t<FAILOVER_EM id="EM2" types="router switch"/>'),
    );
    const flat = `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1">${HOST}</EMANAGER></PTP_CONFIG>`;
    expect(withFailover(flat, [EM2])).to.equal(
      flat.replace('</HOST>', '</HOST><FAILOVER_EM id="EM2" types="router switch"/>'),
    );
  });

  it('changes the types of one that is there, and adds a uri only where there is none', () => {
    const with_ = (tag: string) => around(`<EMANAGER id="EM1">${HOST}${tag}</EMANAGER>`);
    const cases: readonly (readonly [string, readonly string[], string])[] = [
      [`<FAILOVER_EM id=' EM2 ' types='ups'/>`, ['router'], `<FAILOVER_EM id=' EM2 ' types='router'/>`],
      ['<FAILOVER_EM id="EM2"  types="ups" name="x"/>', [], '<FAILOVER_EM id="EM2" name="x"/>'],
      ['<FAILOVER_EM id="EM2"></FAILOVER_EM>', ['a', 'b'], '<FAILOVER_EM id="EM2" types="a b"></FAILOVER_EM>'],
      ['<FAILOVER_EM id="EM2" types=" b  a "/>', ['a', 'b'], '<FAILOVER_EM id="EM2" types=" b  a "/>'],
    ];
    for (const [before, types, after] of cases)
      expect(withFailover(with_(before), [{ id: 'EM2', types }]), before).to.equal(with_(after));
    const tag = '<FAILOVER_EM id="EM2" uri="old:1"/>';
    expect(withFailover(with_(tag), [{ id: 'EM2', types: [], uri: 'new:1' }])).to.equal(with_(tag));
    const bare = '<FAILOVER_EM id="EM2"/>';
    expect(withFailover(with_(bare), [{ id: 'EM2', types: ['a'], uri: 'new:1' }])).to.equal(
      with_('<FAILOVER_EM id="EM2" types="a" uri="new:1"/>'),
    );
  });

  it('takes no notice of comments, and of what other managers have', () => {
    const text = around(
      `<EMANAGER id="EM1">\n    ${HOST}\n    <NEIGHBORS><EMANAGER id="EM3">${HOST}<FAILOVER_EM id="EM2"/></EMANAGER></NEIGHBORS>\n    <!-- <FAILOVER_EM id="EM2"/> -->\n  </EMANAGER>`,
    );
    expect(withFailover(text, [EM2])).to.equal(
      text.replace('</NEIGHBORS>', '</NEIGHBORS>\n    <FAILOVER_EM id="EM2" types="router switch"/>'),
    );
  });

  it('fits into the sample, and reads back as it was written', async function () {
    const text = needSharedText(this, 'samples', 'em1-config.xml');
    const found = [
      { id: 'EM2', types: ['router', 'a<b&"c"'] },
      { id: 'EM3', types: [] },
    ];
    const { settings, faults } = await readSettings(withFailover(text, found), '/x/em.xml', { environment: {} });
    expect(faults).to.deep.equal([]);
    expect(settings?.failover.map(({ id, types }) => ({ id, types }))).to.have.deep.members(found);
  });

  it('gives the same when it is done twice, and every byte of before is still there in order', () => {
    const ids = fc.uniqueArray(fc.constantFrom('EM2', 'EM3', 'EM4', 'EM5'), { maxLength: 4 });
    const types = fc.uniqueArray(fc.constantFrom('router', 'switch', 'ups'), { maxLength: 3 });
    const blanks = fc.constantFrom('', '\n', '\n    ', '\r\n\t', ' <!-- x --> ', '\n<!-- a\n b -->\n  ');
    fc.assert(
      fc.property(fc.array(blanks, { minLength: 5, maxLength: 5 }), ids, types, (gaps, named, kinds) => {
        const text = `<PTP_CONFIG>${gaps[0]}<EMANAGER id="EM1">${gaps[1]}${HOST}${gaps[2]}<NEIGHBORS/>${gaps[3]}<COMMENTS/>${gaps[4]}</EMANAGER></PTP_CONFIG>`;
        const found = named.map((id) => ({ id, types: kinds }));
        const once = withFailover(text, found);
        expect(withFailover(once, found)).to.equal(once);
        expect(once.replace(/[\r\n\t ]*<FAILOVER_EM [^>]*\/>/g, '')).to.equal(text);
      }),
    );
  });

  it('refuses what is no configuration', () => {
    expect(() => withFailover('<PTP_CONFIG/>', [EM2])).to.throw(/no EMANAGER/);
    expect(() => withFailover('<PTP_CONFIG><EMANAGER/></PTP_CONFIG>', [EM2])).to.throw(/no HOST/);
    expect(() => withFailover('<PTP_CONFIG>', [EM2])).to.throw(/not well-formed/);
  });
});
