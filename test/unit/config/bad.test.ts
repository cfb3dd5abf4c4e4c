import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packagePath } from '../../../src/base/paths.js';
import { loadSettings } from '../../../src/config/load.js';
import { methodCheck } from '../../support/method-check.js';
import { temporaryFolder } from '../../support/temporary.js';

const DIR = packagePath('test', 'unit', 'config', 'bad');
const ENVIRONMENT = { SET: 'opensesame' };

/** `NAME.xml` is a bad configuration, `NAME.txt` what is said of it; one named `strict-...` is checked as for `run`. */
describe('bad configurations', () => {
  const names = readdirSync(DIR).filter((name) => name.endsWith('.xml'));

  it('are many', () => expect(names.length).to.be.at.least(35));

  for (const name of names) {
    it(name.replace('.xml', ''), async () => {
      const strict = name.startsWith('strict-');
      const { settings, faults } = await loadSettings(`${DIR}/${name}`, {
        environment: ENVIRONMENT,
        strict,
        checkAccess: methodCheck(),
      });
      const lines = faults.map(({ line, column, message }) => `${line}:${column}: ${message.replaceAll(DIR, 'DIR')}`);
      const expected = readFileSync(`${DIR}/${name.replace('.xml', '.txt')}`, 'utf8').trimEnd();
      expect(lines.join('\n')).to.equal(expected);
      expect(settings).to.equal(undefined);
    });
  }

  it('never give a secret away', () => {
    for (const name of names) {
      const text = readFileSync(`${DIR}/${name.replace('.xml', '.txt')}`, 'utf8');
      expect(text, name).not.to.contain('opensesame');
    }
  });

  it('give place and path of every fault', async () => {
    const { faults } = await loadSettings(`${DIR}/wrong-addresses.xml`, { environment: {} });
    expect(faults.map(({ path }) => path)).to.deep.equal([
      '/PTP_CONFIG/EMANAGER/DEVICES/DEVICE[1]/@ip',
      '/PTP_CONFIG/EMANAGER/DEVICES/DEVICE[2]/@ip',
      '/PTP_CONFIG/EMANAGER/DEVICES/DEVICE[3]/@dnsname',
      '/PTP_CONFIG/EMANAGER/DEVICES/DEVICE[4]/PORTAL',
    ]);
  });

  it('a file that is not there', async () => {
    const { faults } = await loadSettings(`${DIR}/no-such.xml`, { environment: {} });
    expect(faults).to.have.length(1);
    expect(faults[0]?.message).to.equal(`${DIR}/no-such.xml does not exist; create it or mend its path`);
  });

  it('a directory', async () => {
    const { faults } = await loadSettings(DIR, { environment: {} });
    expect(faults.map(({ message }) => message)).to.deep.equal([`${DIR} is not a file; name a file`]);
  });

  it('a pipe that nobody writes to', async () => {
    const pipe = join(temporaryFolder('pipe'), 'config.xml');
    execFileSync('mkfifo', [pipe]);
    const { faults } = await loadSettings(pipe, { environment: {} });
    expect(faults.map(({ message }) => message)).to.deep.equal([`${pipe} is not a file; name a file`]);
  });
});
