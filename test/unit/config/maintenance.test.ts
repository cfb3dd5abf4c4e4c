import { expect } from 'chai';
import { compareSettings } from '../../../src/config/compare.js';
import { readSettings } from '../../../src/config/load.js';
import { withMaintenance } from '../../../src/config/maintenance.js';
import type { Settings } from '../../../src/config/settings.js';

const AT = 'from="2026-12-01T22:00:00Z" to="2026-12-02T02:00:00Z"';

async function read(...windows: readonly string[]) {
  const devices = ['core1', 'core2.example', 'edge'].map((id) => `<DEVICE id="${id}" ip="127.0.0.1"/>`).join('');
  const text = `<PTP_CONFIG version="1.0"><PTPMANAGER type="EM"/><EMANAGER id="EM1">
    <HOST dnsname="localhost"><HTTP_SERVER uri="localhost:8080"/></HOST><DEVICES>${devices}</DEVICES>${windows.join('')}
    </EMANAGER></PTP_CONFIG>`;
  return readSettings(text, '/somewhere/em.xml', { environment: {} });
}

async function settingsWith(...windows: readonly string[]): Promise<Settings> {
  const { settings, faults } = await read(...windows);
  if (!settings) throw new Error(JSON.stringify(faults));
  return settings;
}

describe('windows of the configuration', () => {
  for (const [expression, expected] of [
    ['device/core1', ['core1']],
    ['core1', ['core1']],
    ['device/core.*', ['core1', 'core2.example']],
    ['core2.example', ['core2.example']],
    ['service/core1', []],
    [undefined, ['core1', 'core2.example', 'edge']],
  ] as const) {
    it(`for ${expression ?? 'all'} are with ${expected.join(', ') || 'nothing'}`, async () => {
      const attribute = expression === undefined ? '' : ` element="${expression}"`;
      const { elements } = withMaintenance(await settingsWith(`<MAINTENANCE${attribute} ${AT}/>`));
      expect(elements.flatMap(({ id, maintenance = [] }) => maintenance.map(() => id))).to.deep.equal(expected);
    });
  }

  it('change nothing of how an element is polled', async () => {
    const before = withMaintenance(await settingsWith());
    const after = withMaintenance(await settingsWith(`<MAINTENANCE element="edge" ${AT} text="new line card"/>`));
    expect(after.elements.map(({ maintenance }) => maintenance)).to.deep.equal([
      undefined,
      undefined,
      [{ from: Date.UTC(2026, 11, 1, 22), to: Date.UTC(2026, 11, 2, 2), text: 'new line card' }],
    ]);
    const { changed, effects } = compareSettings(before, after);
    expect(changed).to.deep.equal([]);
    expect(effects).to.deep.equal(['the maintenance windows change']);
  });

  it('for what is no element of the file are warned of', async () => {
    const windows = ['core9', 'core1', 'core.*'].map((element) => `<MAINTENANCE element="${element}" ${AT}/>`);
    const { warnings } = await read(...windows);
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'element="core9" is no element of this file; a window is for elements of its own configuration',
    ]);
  });
});
