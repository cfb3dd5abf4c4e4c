import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSettings } from '../../../src/config/load.js';
import { temporaryFolder } from '../../support/temporary.js';

describe('references in attribute values', () => {
  let dir: string;
  before(() => {
    dir = temporaryFolder('config');
    writeFileSync(join(dir, 'secret'), 'se<cret>&"\n');
    writeFileSync(join(dir, 'crlf'), ' two\nlines \r\n\n');
    writeFileSync(join(dir, 'large'), 'x'.repeat(64 * 1024 + 1));
    writeFileSync(join(dir, 'full'), `${'x'.repeat(64 * 1024)}`);
    writeFileSync(join(dir, 'latin1'), Buffer.from([0x61, 0xe9, 0x62]));
    symlinkSync(join(dir, 'secret'), join(dir, 'link'));
  });

  const community = async (value: string, environment: Record<string, string> = {}, strict = true) => {
    const text = `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1"><HOST><HTTP_SERVER uri="localhost:1"/></HOST>
<CREDENTIALS><CREDENTIAL id="read" community="${value}"/></CREDENTIALS></EMANAGER></PTP_CONFIG>`;
    const { settings, faults, warnings } = await readSettings(text, join(dir, 'em.xml'), { environment, strict });
    return {
      value: settings?.credentials.get('read')?.community,
      faults: faults.map(({ message }) => message),
      warnings,
    };
  };

  it('of the environment, in whole and in part, several in one', async () => {
    expect((await community(`\${env:A}`, { A: 'x' })).value).to.equal('x');
    expect((await community(`a-\${env:A}-\${env:B}$`, { A: `\${env:B}`, B: '' })).value).to.equal(`a-\${env:B}-$`);
  });

  it('of files, relative to the configuration, without line ends at the end', async () => {
    expect((await community(`\${file:secret}`)).value).to.equal('se<cret>&"');
    expect((await community(`\${file:./crlf}`)).value).to.equal(' two\nlines ');
    expect((await community(`\${file:${dir}/link}`)).value).to.equal('se<cret>&"');
    expect((await community(`\${file:full}`)).value).to.have.length(64 * 1024);
  });

  for (const [value, message] of [
    [`\${env:A}`, `community refers to \${env:A}, but this variable is not set; set it where the manager is started`],
    [
      `\${env:toString}`,
      `community refers to \${env:toString}, but this variable is not set; set it where the manager is started`,
    ],
    [`\${file:none}`, `community refers to \${file:none}, but DIR/none does not exist; create it or mend its path`],
    [`\${file:.}`, `community refers to \${file:.}, but DIR is not a file; name a file`],
    [
      `\${file:large}`,
      `community refers to \${file:large}, but DIR/large is longer than 64 KiB; name a file that holds only this value`,
    ],
    [`\${file:latin1}`, `community refers to \${file:latin1}, but DIR/latin1 is not UTF-8 text; save it as UTF-8`],
  ] as const) {
    it(`${value} is a fault for run, a warning for check`, async () => {
      const asRun = await community(value);
      expect(asRun.faults.map((one) => one.replace(dir, 'DIR'))).to.deep.equal([message]);
      const asCheck = await community(value, {}, false);
      expect(asCheck.faults).to.deep.equal([]);
      expect(asCheck.warnings).to.have.length(1);
      expect(asCheck.warnings[0]).to.deep.include({
        line: 2,
        column: 36,
        path: '/PTP_CONFIG/EMANAGER/CREDENTIALS/CREDENTIAL/@community',
      });
    });
  }

  it('of numbers, checked when resolved, their value not shown', async () => {
    const text = (value: string) =>
      `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1"><HOST><HTTP_SERVER uri="\${env:HOST}:8080"/></HOST><SCHEDULE pull="${value}"/></EMANAGER></PTP_CONFIG>`;
    const good = await readSettings(text(`\${env:N}s`), 'em.xml', {
      environment: { N: '7', HOST: '[::1]' },
      strict: true,
    });
    expect(good.settings?.schedule.pullMs).to.equal(7000);
    expect(good.settings?.address.origin).to.equal('http://[::1]:8080');
    const bad = await readSettings(text(`\${env:N}s`), 'em.xml', {
      environment: { N: 'soon', HOST: 'h' },
      strict: true,
    });
    expect(bad.faults.map(({ message }) => message).join())
      .to.contain('what pull refers to is not right')
      .and.not.to.contain('soon');
  });
});
