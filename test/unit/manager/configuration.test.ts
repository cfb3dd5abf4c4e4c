import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadSettings } from '../../../src/config/load.js';
import { Configuration } from '../../../src/manager/configuration.js';
import { methodCheck } from '../../support/method-check.js';
import { temporaryFolder } from '../../support/temporary.js';
import { testEnv } from '../../support/test-env.js';

const text = (statuses: string): string => `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1">
<HOST><HTTP_SERVER uri="localhost:8080"/></HOST>
<SERVICES><SERVICE id="shop" ip="127.0.0.1"><ACCESS method="http" expect="${statuses}"/></SERVICE></SERVICES>
</EMANAGER></PTP_CONFIG>
`;

describe('a configuration in force', () => {
  const start = async (): Promise<{ file: string; configuration: Configuration }> => {
    const file = join(temporaryFolder('configuration'), 'em.xml');
    writeFileSync(file, text('200'));
    const options = { environment: {}, deviceTypesDir: temporaryFolder('types'), checkAccess: methodCheck() };
    const { settings } = await loadSettings(file, { ...options, strict: true });
    if (!settings) throw new Error('no settings');
    return {
      file,
      configuration: new Configuration({ ...options, env: testEnv(), settings, obstacle: async () => undefined }),
    };
  };

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
});
