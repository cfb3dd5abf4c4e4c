/** The pages of the pool say the same by the second engine; it writes them down otherwise, so forms are compared. */
import { expect } from 'chai';
import { packagePath } from '../../../src/base/paths.js';
import { createTransformer } from '../../../src/xml/transform.js';
import { SITUATIONS } from '../../browser/fixture/pools.js';
import { startFixture } from '../../browser/fixture/server.js';
import { realTimeEnv } from '../../support/test-env.js';

const PAGES = [
  '/',
  '/managers',
  '/managers/EM3',
  '/handovers?size=25',
  '/applications/batch-3',
  '/managers/EM1?ask=pause',
  '/managers/EM3?ask=forget',
] as const;

/** Without what is left to whoever writes HTML: order of attributes, ends of empty elements, blanks between elements. */
function sameForm(html: string): string {
  return html
    .replace(/<!DOCTYPE[^>]*>|<\?xml[^>]*>|<meta[^>]*>/gi, '')
    .replace(/\s*\/>/g, '>')
    .replace(/<\/(?:input|link|path|circle|rect|use|option)>/g, '')
    .replace(/ (selected|checked|hidden)="\1"/g, ' $1')
    .replace(/ xmlns(?::\w+)?="[^"]*"/g, '')
    .replace(/&quot;/g, '"')
    .replace(/&gt;/g, '>')
    .replace(/&#160;|&nbsp;/g, '\u00a0')
    .replace(/<([a-z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)+)\s*>/gi, (_tag, name: string, attributes: string) => {
      const sorted = (attributes.match(/[\w:-]+(?:="[^"]*")?/g) ?? []).sort();
      return `<${name} ${sorted.join(' ')}>`;
    })
    .replace(/>\s+/g, '>')
    .replace(/\s+</g, '<');
}

describe('pages of the pool by xslt-processor', function () {
  this.timeout(60_000);
  const sheetDirs = [packagePath('stylesheets')];
  const first = createTransformer({ sheetDirs, env: realTimeEnv() });
  const second = createTransformer({ sheetDirs, env: realTimeEnv(), engine: 'xslt-processor' });
  after(() => Promise.all([first.close(), second.close()]));

  for (const situation of ['crashed', 'odd'] as const) {
    it(`are the same: ${situation}`, async () => {
      const given: { sheet: string; xml: string }[] = [];
      const keeping = {
        render: async (sheet: string, xml: string) => {
          given.push({ sheet, xml });
          return '';
        },
      };
      const pooled = await startFixture({ transformer: keeping, pool: SITUATIONS[situation]() });
      const headers = { accept: 'text/html', 'x-test-caller': 'admin' };
      for (const path of PAGES) await fetch(pooled.url + path, { headers });
      await pooled.close();
      expect(given).to.have.length(PAGES.length);
      for (const { sheet, xml } of given) {
        const [one, other] = await Promise.all([first.render(sheet, xml), second.render(sheet, xml)]);
        expect(sameForm(other), sheet).to.equal(sameForm(one));
      }
    });
  }
});
