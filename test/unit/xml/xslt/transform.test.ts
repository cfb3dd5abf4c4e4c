import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { PtpError } from '../../../../src/base/errors.js';
import { createTransformer, type Transformer } from '../../../../src/xml/transform.js';
import { XSLT_ENGINES } from '../../../../src/xml/xslt/engine.js';
import { temporaryFolder } from '../../../support/temporary.js';
import { realTimeEnv } from '../../../support/test-env.js';

const sheet = (content: string, head = ''): string =>
  `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"${head}>\n${content}\n</xsl:stylesheet>`;

const ROWS = `<PAGE title="a &amp; b"><row id="b" n="10">&lt;script&gt;alert(1)&lt;/script&gt;</row><row id="a" n="9">"q" 'é' \u{1F600}</row><row id="c" n="100">x &lt; y</row></PAGE>`;

/** Sheets that both engines and xsltproc take. */
const COMMON: Readonly<Record<string, string>> = {
  'values.xsl': sheet(`<xsl:output method="html" encoding="UTF-8" indent="no"/>
<xsl:template match="/"><ul><xsl:for-each select="PAGE/row"><li class="{@id}"><xsl:value-of select="."/></li></xsl:for-each></ul></xsl:template>`),
  'layout.xsl':
    sheet(`<xsl:output method="html" encoding="UTF-8" indent="no"/><xsl:variable name="word">shared</xsl:variable>
<xsl:template match="/PAGE"><div><h1><xsl:value-of select="@title"/></h1><xsl:apply-templates select="." mode="main"/></div></xsl:template>
<xsl:template name="bold"><xsl:param name="text"/><b><xsl:value-of select="$text"/></b></xsl:template>`),
  'included.xsl': sheet(`<xsl:include href="layout.xsl"/>
<xsl:template match="PAGE" mode="main"><p><xsl:call-template name="bold"><xsl:with-param name="text" select="$word"/></xsl:call-template> <xsl:value-of select="count(row)"/></p></xsl:template>`),
  'doctype.xsl': sheet(`<xsl:output method="html" encoding="UTF-8" indent="no" doctype-system="about:legacy-compat"/>
<xsl:template match="/"><html><body><xsl:value-of select="PAGE/@title"/></body></html></xsl:template>`),
  'choose.xsl': sheet(`<xsl:output method="html" encoding="UTF-8" indent="no"/>
<xsl:template match="/"><table><xsl:apply-templates select="PAGE/row[@n &gt; 9]"/></table></xsl:template>
<xsl:template match="row"><tr><td><xsl:choose><xsl:when test="@id = 'b'">first</xsl:when><xsl:otherwise><xsl:value-of select="concat(@id, '-', sum(../row/@n))"/></xsl:otherwise></xsl:choose></td></tr></xsl:template>`),
};

/** Sheets that need all of XSLT 1.0. */
const FULL: Readonly<Record<string, string>> = {
  'sorted.xsl':
    sheet(`<xsl:output method="html" encoding="UTF-8" indent="no" doctype-system="about:legacy-compat"/><xsl:key name="k" match="row" use="@id"/>
<xsl:template match="/"><html><head><title>t</title></head><body><xsl:for-each select="PAGE/row"><xsl:sort select="@id"/><i><xsl:value-of select="key('k', @id)/@n"/></i></xsl:for-each><br/><xsl:for-each select="PAGE/row"><xsl:sort select="@n" data-type="number" order="descending"/><i><xsl:value-of select="@n"/></i></xsl:for-each></body></html></xsl:template>`),
  'positions.xsl': sheet(`<xsl:output method="html" encoding="UTF-8" indent="no"/>
<xsl:template match="/"><xsl:apply-templates select="PAGE/row[@n &gt; 9]"/></xsl:template>
<xsl:template match="row"><i><xsl:value-of select="position()"/>/<xsl:value-of select="last()"/></i></xsl:template>`),
  'imported.xsl': sheet(`<xsl:import href="layout.xsl"/><xsl:variable name="word">own</xsl:variable>
<xsl:template match="PAGE" mode="main"><p><xsl:call-template name="bold"><xsl:with-param name="text" select="$word"/></xsl:call-template></p></xsl:template>`),
  'xml.xsl': sheet(
    `<xsl:output method="xml" encoding="UTF-8"/><xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template>`,
  ),
};

describe('pages by stylesheets', function () {
  this.timeout(60_000);
  const env = realTimeEnv();
  const shipped = temporaryFolder('sheets');
  const own = join(shipped, 'own');
  mkdirSync(own);
  for (const [name, text] of Object.entries({ ...COMMON, ...FULL })) writeFileSync(join(shipped, name), text);
  const put = (name: string, text: string, folder = shipped): void => {
    writeFileSync(join(folder, name), text);
  };
  const open: Transformer[] = [];
  const create = (more: Partial<Parameters<typeof createTransformer>[0]> = {}): Transformer => {
    const made = createTransformer({ sheetDirs: [own, shipped], env, timeLimitMs: 20_000, ...more });
    open.push(made);
    return made;
  };
  after(() => Promise.all(open.map((one) => one.close())));
  const failure = async (page: Promise<string>): Promise<PtpError> => {
    const outcome = await page.catch((thrown: unknown) => thrown);
    if (outcome instanceof PtpError) return outcome;
    throw new Error(`should have failed, gave ${String(outcome).slice(0, 200)}`);
  };

  describe('the same as by xsltproc', () => {
    const found = spawnSync('xsltproc', ['--version']).status === 0;
    for (const engine of XSLT_ENGINES) {
      const transformer = create({ engine });
      const sheets = engine === 'libxslt' ? { ...COMMON, ...FULL } : COMMON;
      for (const name of Object.keys(sheets)) {
        if (name === 'layout.xsl') continue;
        (found ? it : it.skip)(`${name} by ${engine}${found ? '' : ' (xsltproc is not installed)'}`, async () => {
          const input = join(shipped, 'page.xml');
          writeFileSync(input, ROWS);
          const expected = spawnSync('xsltproc', [join(shipped, name), input], { encoding: 'utf8' });
          expect(expected.stderr).to.equal('');
          // Trailing line ends and the spelling of quotes in text say nothing to a browser.
          // Older libxml2 says the encoding in the words of HTML 4.
          const meta = '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">';
          const same = (html: string): string =>
            html.trim().replaceAll('&quot;', '"').replace(meta, '<meta charset="UTF-8">');
          expect(same(await transformer.render(name, ROWS))).to.equal(same(expected.stdout));
        });
      }
    }
  });

  for (const engine of XSLT_ENGINES) {
    describe(engine, () => {
      const transformer = create({ engine });

      it('never makes markup of text', async () => {
        const html = await transformer.render('values', ROWS);
        expect(html).not.to.include('<script>');
        expect(html).to.include('&lt;script&gt;');
      });

      it('takes a changed sheet, and a changed part of it, at the next page', async () => {
        put('part.xsl', sheet('<xsl:template name="part">one</xsl:template>'));
        put(
          'whole.xsl',
          sheet(
            '<xsl:include href="part.xsl"/><xsl:template match="/"><p><xsl:call-template name="part"/></p></xsl:template>',
          ),
        );
        expect(await transformer.render('whole', ROWS)).to.include('<p>one</p>');
        put('part.xsl', sheet('<xsl:template name="part">two</xsl:template>'));
        utimesSync(join(shipped, 'part.xsl'), 1, 1);
        expect(await transformer.render('whole', ROWS)).to.include('<p>two</p>');
      });

      it("prefers the administrator's own sheets file by file", async () => {
        const mine = sheet(
          '<xsl:variable name="word">mine</xsl:variable><xsl:template match="/"><em>mine</em></xsl:template>',
        );
        expect(await transformer.render('values', ROWS)).not.to.include('mine');
        put('values.xsl', mine, own);
        expect(await transformer.render('values', ROWS)).to.include('<em>mine</em>');
        rmSync(join(own, 'values.xsl'));
        expect(await transformer.render('values', ROWS)).not.to.include('mine');
      });

      it('says which sheet is not there', async () => {
        for (const name of ['nothing', '../values', '/etc/passwd', 'a/b', 'values.xsl/..', '']) {
          const error = await failure(transformer.render(name, ROWS));
          expect(error.code).to.equal('Server.Internal');
          expect(error.message).to.include('there is no stylesheet');
        }
      });

      it('ends a sheet that never ends, and goes on', async () => {
        put('endless.xsl', sheet('<xsl:template match="/" name="t"><xsl:call-template name="t"/></xsl:template>'));
        const error = await failure(transformer.render('endless', ROWS));
        expect(error).to.be.instanceOf(PtpError);
        expect(await transformer.render('choose', ROWS)).to.include('c-119');
      });

      it('reaches neither network nor disk from a sheet', async () => {
        let asked = 0;
        const server = createServer((_, response) => {
          asked++;
          response.end('<secret>from the network</secret>');
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const { port } = server.address() as AddressInfo;
        put('secret.xml', '<secret>from the disk</secret>');
        const places = [
          `http://127.0.0.1:${port}/x.xml`,
          'secret.xml',
          './secret.xml',
          '../secret.xml',
          join(shipped, 'secret.xml'),
          `file://${join(shipped, 'secret.xml')}`,
          'sheet:/secret.xml',
          'values.xsl',
        ];
        try {
          for (const place of places) {
            put(
              'reads.xsl',
              sheet(`<xsl:template match="/"><p>page<xsl:copy-of select="document('${place}')"/></p></xsl:template>`),
            );
            utimesSync(join(shipped, 'reads.xsl'), places.indexOf(place) + 1, 1);
            const outcome = await transformer.render('reads', ROWS).catch((thrown: Error) => thrown.message);
            expect(outcome, place).not.to.match(/from the (?:disk|network)|PAGE/);
            if (place === 'values.xsl') continue;
            put('includes.xsl', sheet(`<xsl:include href="${place}"/><xsl:template match="/"><p/></xsl:template>`));
            utimesSync(join(shipped, 'includes.xsl'), places.indexOf(place) + 1, 1);
            await failure(transformer.render('includes', ROWS));
          }
          expect(asked).to.equal(0);
        } finally {
          server.close();
        }
      });
    });
  }

  const faults: [string, string, string, RegExp, number?][] = [
    ['text that is not well-formed', '<xsl:template match="/"><b></xsl:template>', ROWS, /mismatch/, 2],
    ['an unknown instruction', '<xsl:template match="/">\n<xsl:foo/></xsl:template>', ROWS, /foo/, 3],
    [
      'an unknown function',
      '<xsl:template match="/">\n\n<xsl:value-of select="nope()"/></xsl:template>',
      ROWS,
      /nope/,
      4,
    ],
    [
      'an unknown template',
      '<xsl:template match="/">\n<xsl:call-template name="nope"/></xsl:template>',
      ROWS,
      /nope/,
      3,
    ],
    [
      'an unknown variable after half a page',
      '<xsl:template match="/"><p>half</p>\n<xsl:value-of select="$nope"/></xsl:template>',
      ROWS,
      /nope/,
      3,
    ],
    ['a missing part', '<xsl:include href="missing.xsl"/><xsl:template match="/"/>', ROWS, /missing\.xsl/, 2],
    ['a message', '<xsl:template match="/"><xsl:message>heard</xsl:message><p/></xsl:template>', ROWS, /heard/],
    [
      'a page that is not well-formed',
      '<xsl:template match="/"><p/></xsl:template>',
      '<PAGE>',
      /page's XML cannot be read/,
    ],
  ];
  describe('faults', () => {
    const transformer = create();
    for (const [index, [what, content, xml, reason, line]] of faults.entries()) {
      it(`names file, line and reason of ${what}`, async () => {
        const name = `fault${index}.xsl`;
        put(name, sheet(content));
        const error = await failure(transformer.render(name, xml));
        expect(error.code).to.equal('Server.Internal');
        expect(error.message).to.match(reason).and.to.include(name);
        expect(error.place.file).to.equal(name);
        if (line !== undefined) expect(error.place.line).to.equal(line);
        expect(await transformer.render('choose', ROWS)).to.include('c-119');
      });
    }

    it('names the included file that is wrong', async () => {
      put('broken-part.xsl', sheet('<xsl:template name="x">\n<xsl:value-of select="]"/></xsl:template>'));
      put(
        'uses-broken.xsl',
        sheet(
          '<xsl:include href="broken-part.xsl"/><xsl:template match="/"><xsl:call-template name="x"/></xsl:template>',
        ),
      );
      const error = await failure(transformer.render('uses-broken', ROWS));
      expect(error.place).to.deep.equal({ file: 'broken-part.xsl', line: 3 });
    });
  });

  it('replaces a thread that takes too long, while the others go on', async () => {
    const transformer = create({ workers: 2, timeLimitMs: 1500 });
    // 2^40 steps without recursion that grows.
    put(
      'slow.xsl',
      sheet(
        '<xsl:template match="/"><xsl:value-of select="count(//*[count(//*[count(//*[count(//*) &gt; 0]) &gt; 0]) &gt; 0])"/></xsl:template>',
      ),
    );
    const many = `<PAGE>${'<row/>'.repeat(1500)}</PAGE>`;
    await Promise.all([transformer.render('choose', ROWS), transformer.render('choose', ROWS)]);
    const slow = failure(transformer.render('slow', many));
    for (let i = 0; i < 5; i++) expect(await transformer.render('choose', ROWS)).to.include('c-119');
    const error = await slow;
    expect(error.code).to.equal('Server.Timeout');
    expect(error.message).to.equal('the stylesheet slow.xsl took longer than 1.5 s');
    expect(await transformer.render('choose', ROWS)).to.include('c-119');
  });

  it('does not grow with the pages that it makes', async () => {
    const transformer = create();
    const many = `<PAGE>${'<row id="x" n="1">text</row>'.repeat(2000)}</PAGE>`;
    for (let i = 0; i < 10; i++) await transformer.render('values', many);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 60; i++) await transformer.render('values', many);
    expect(process.memoryUsage().rss - before).to.be.below(80 * 2 ** 20);
  });

  it('refuses when too many wait, and after its end', async () => {
    const transformer = create({ maxWaiting: 2 });
    const pages = [1, 2, 3].map(() => transformer.render('choose', ROWS));
    const [last] = pages.slice(-1);
    if (last) expect((await failure(last)).code).to.equal('Server.Busy');
    await Promise.all(pages.slice(0, 2));
    await transformer.close();
    expect((await failure(transformer.render('choose', ROWS))).code).to.equal('Server.Unavailable');
  });
});
