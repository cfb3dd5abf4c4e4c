import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type SiteAddress, writeConfiguration } from '../../../src/cli/lab/configuration.js';
import { makePlan } from '../../../src/cli/lab/plan.js';
import { loadSecrets } from '../../../src/cli/lab/secrets.js';
import { loadSettings } from '../../../src/config/load.js';
import { hashPassword } from '../../../src/peer/security/password.js';
import { seededRandom } from '../../support/test-env.js';

describe("the lab's configurations", () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ptpmgr-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const [managers, elements] of [
    [1, 12],
    [3, 12],
    [5, 700],
  ] as const) {
    it(`of ${managers} managers and ${elements} elements pass the strict check, and nothing in them is without effect`, async () => {
      const random = seededRandom();
      loadSecrets(folder, random);
      const plan = makePlan({ managers, elements, portBase: 18_080 });
      const sites = new Map<string, SiteAddress>(
        plan.sites.map((site) => [
          site.id,
          { host: site.address || '127.0.0.1', port: site.port, path: '/tmp/a "b" & <c>.log' },
        ]),
      );
      const adminPasswordHash = await hashPassword('secret', random);
      const names: string[] = [];
      for (const manager of [plan.integration, ...plan.managers]) {
        const file = join(folder, `${manager.id}.xml`);
        writeFileSync(file, writeConfiguration(manager, { plan, sites, adminPasswordHash }));
        const { settings, faults } = await loadSettings(file, { environment: {}, strict: true });
        expect(faults).to.deep.equal([]);
        expect(settings?.withoutEffect).to.deep.equal([]);
        expect(settings?.bind).to.deep.equal({ host: '127.0.0.1', port: manager.port });
        names.push(...(settings?.elements.map((element) => element.name) ?? []));
      }
      expect(names).to.have.length(elements);
      expect(new Set(names)).to.have.property('size', elements);
    });
  }

  it('give every manager elements, and every device an address of its own', () => {
    const { elements, managers, sites } = makePlan({ managers: 7, elements: 3000, portBase: 1 });
    for (const { id } of managers) expect(elements.some((element) => element.owner === id)).to.equal(true);
    const agents = sites.filter((site) => site.kind === 'snmp').map((site) => site.address);
    expect(new Set(agents)).to.have.property('size', agents.length);
    for (const address of agents) expect(address).to.match(/^127\.1\.\d{1,3}\.\d{1,3}$/);
  });

  it('keep their secrets from one start to the next', () => {
    const first = loadSecrets(folder, seededRandom(1));
    expect(loadSecrets(folder, seededRandom(2))).to.deep.equal(first);
    expect(new Set(Object.values(first))).to.have.property('size', 5);
  });
});
