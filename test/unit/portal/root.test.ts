/** `/`, health and metrics at the server's root. */
import { expect } from 'chai';
import { type Fixture, startFixture } from '../../browser/fixture/server.js';

describe('addresses at the root', () => {
  let em: Fixture;
  before(async () => {
    em = await startFixture({ transformer: { render: async () => '' } });
  });
  after(() => em.close());

  for (const path of ['/', '/ptpmgr/EManager.html', '/ptpmgr/EIManager.html']) {
    it(`${path} leads to the portal`, async () => {
      const response = await fetch(em.origin + path, { redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).to.deep.equal([302, '/ptpmgr/em/']);
    });
  }

  it('tell whether the manager is there and ready', async () => {
    expect(await (await fetch(`${em.origin}/healthz`)).text()).to.equal('ok\n');
    expect(await (await fetch(`${em.origin}/readyz`)).text()).to.equal('ready\n');
  });

  it('give metrics of this manager alone, the same at every scrape', async () => {
    const first = await (await fetch(`${em.origin}/metrics`)).text();
    const second = await (await fetch(`${em.origin}/metrics`)).text();
    expect(first).to.equal(second);
    expect(first).to.include('ptpmgr_elements{status="down"} 2\n').and.to.include('ptpmgr_polls_total 1341903\n');
    expect(first).to.include(
      'ptpmgr_info{manager="EM1",role="EM",version="0.1.0",state="running",pool_role="none"} 1\n',
    );
    expect(first).not.to.include('nodejs_');
  });
});
