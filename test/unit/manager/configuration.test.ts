import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadSettings } from '../../../src/config/load.js';
import { Configuration } from '../../../src/manager/configuration.js';
import { methodCheck } from '../../support/method-check.js';
import { temporaryFolder } from '../../support/temporary.js';
import { type TestEnv, testEnv } from '../../support/test-env.js';

const text = (statuses: string): string => `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1">
<HOST><HTTP_SERVER uri="localhost:8080"/></HOST>
<SERVICES><SERVICE id="shop" ip="127.0.0.1"><ACCESS method="http" expect="${statuses}"/></SERVICE></SERVICES>
</EMANAGER></PTP_CONFIG>
`;

describe('a configuration in force', () => {
  const start = async (
    file = join(temporaryFolder('configuration'), 'em.xml'),
    learnedFile = join(temporaryFolder('data'), 'learned.json'),
  ): Promise<{ file: string; learnedFile: string; configuration: Configuration; env: TestEnv }> => {
    if (!existsSync(file)) writeFileSync(file, text('200'));
    const env = testEnv();
    const options = { environment: {}, deviceTypesDir: temporaryFolder('types'), checkAccess: methodCheck() };
    const { settings } = await loadSettings(file, { ...options, strict: true });
    if (!settings) throw new Error('no settings');
    const parts = { ...options, env, settings, obstacle: async () => undefined, learnedFile };
    return { file, learnedFile, env, configuration: new Configuration(parts) };
  };
  const EM2 = { id: 'EM2', uri: 'localhost:8081', types: ['router'] };
  const TAG = '<FAILOVER_EM id="EM2" types="router" uri="localhost:8081"/>';
  const ids = (configuration: Configuration) => configuration.settings.failover.map(({ id }) => id);

  it('tells what an access method would refuse, at its place', async () => {
    const { configuration } = await start();
    expect(await configuration.check(text('299-200'))).to.deep.include({
      valid: false,
      faults: [
        {
          line: 3,
          column: 67,
          path: '/PTP_CONFIG/EMANAGER/SERVICES/SERVICE/ACCESS/@expect',
          message: 'expect="299-200" should be a status such as 200, a range such as 200-299, or 2xx',
        },
      ],
    });
    expect(await configuration.check(text('200-299'))).to.deep.include({ valid: true, changed: ['service/shop'] });
  });

  it('stays as it was while a method would refuse the new one', async () => {
    const { file, configuration } = await start();
    writeFileSync(file, text('299-200'));
    await configuration.reload();
    expect(configuration.fault).to.match(/em\.xml:3:67: expect="299-200" should be/);
    expect(configuration.settings.elements[0]?.access[0]?.options).to.deep.equal({ expect: '200' });
    writeFileSync(file, text('2xx'));
    await configuration.reload();
    expect(configuration.fault).to.equal(undefined);
    expect(configuration.settings.text).to.equal(readFileSync(file, 'utf8'));
  });

  it('writes failover managers into the file, keeps the former one, and is not told of its own writing', async () => {
    const { file, configuration } = await start();
    chmodSync(file, 0o640);
    writeFileSync(file, `\uFEFF${text('200')}`);
    await configuration.reload();
    const taken: string[] = [];
    configuration.onTaken(async () => void taken.push('taken'));
    expect(await configuration.noteFailover([EM2])).to.equal('written');
    expect(readFileSync(file, 'utf8')).to.equal(`\uFEFF${text('200').replace('</HOST>', `</HOST>\n${TAG}`)}`);
    expect(readFileSync(`${file}.former`, 'utf8')).to.equal(`\uFEFF${text('200')}`);
    expect([statSync(file).mode & 0o777, statSync(`${file}.former`).mode & 0o777]).to.deep.equal([0o640, 0o640]);
    expect(readdirSync(join(file, '..')).sort()).to.deep.equal(['em.xml', 'em.xml.former']);
    expect([ids(configuration), configuration.learned]).to.deep.equal([['EM2'], undefined]);
    await configuration.reload('saved');
    expect(taken).to.deep.equal([]);
    expect(await configuration.noteFailover([EM2])).to.equal('written');
    expect(readFileSync(`${file}.former`, 'utf8')).to.equal(`\uFEFF${text('200')}`);
  });

  it('writes where a link leads to', async () => {
    const target = join(temporaryFolder('configuration'), 'real.xml');
    writeFileSync(target, text('200'));
    const link = join(temporaryFolder('configuration'), 'em.xml');
    symlinkSync(target, link);
    const { configuration } = await start(link);
    expect(await configuration.noteFailover([EM2])).to.equal('written');
    expect(readFileSync(target, 'utf8')).to.contain(TAG);
    expect(readFileSync(link, 'utf8')).to.contain(TAG);
    expect(existsSync(`${target}.former`)).to.equal(true);
  });

  it('keeps in the data directory what a file that was edited meanwhile cannot take, and writes it when it can', async () => {
    const { file, learnedFile, configuration, env } = await start();
    writeFileSync(file, text('299-200'));
    expect(await configuration.noteFailover([EM2])).to.equal('kept');
    expect(readFileSync(file, 'utf8')).to.equal(text('299-200'));
    expect(ids(configuration)).to.deep.equal(['EM2']);
    expect(configuration.learned).to.deep.equal({
      failover: [EM2],
      because: `${file} has been changed meanwhile; read it again`,
    });
    expect(env.log.text).to.contain('kept apart');

    writeFileSync(file, text('2xx'));
    const again = await start(file, learnedFile);
    expect(ids(again.configuration)).to.deep.equal([]);
    await again.configuration.recall();
    expect(ids(again.configuration)).to.deep.equal(['EM2']);
    expect(again.configuration.settings.failover[0]?.address?.origin).to.equal('http://localhost:8081');
    writeFileSync(file, text('200-299'));
    await again.configuration.reload();
    expect(ids(again.configuration)).to.deep.equal(['EM2']);
    expect(await again.configuration.noteFailover([{ id: 'EM3', types: [] }])).to.equal('written');
    expect(readFileSync(file, 'utf8')).to.contain(`${TAG}\n<FAILOVER_EM id="EM3"/>`);
    expect(again.configuration.learned).to.equal(undefined);
    expect(JSON.parse(readFileSync(learnedFile, 'utf8'))).to.deep.equal({ failover: [] });
  });

  it('keeps what cannot be written at all, and starts without what was spoilt', async () => {
    const { file, learnedFile, configuration } = await start();
    const nowhere = await start(file, join(file, 'below', 'learned.json'));
    writeFileSync(file, text('201'));
    expect(await nowhere.configuration.noteFailover([EM2])).to.equal('kept');
    expect(ids(nowhere.configuration)).to.deep.equal(['EM2']);
    expect(nowhere.env.log.text).to.contain('until the end of the process only');

    writeFileSync(learnedFile, '{"failover":[{"id":"../x","types":[]}]}');
    await configuration.recall();
    expect(ids(configuration)).to.deep.equal([]);
  });
});
