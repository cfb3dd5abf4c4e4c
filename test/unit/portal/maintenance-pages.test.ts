/** Maintenance on the page of an element, over HTTP. */
import { expect } from 'chai';
import { type Fixture, startFixture } from '../../browser/fixture/server.js';
import { NOW } from '../../browser/fixture/site.js';

const telling = { render: async (sheet: string, xml: string) => `<html>${sheet}\n${xml}` };
const HOUR = 3_600_000;

describe('maintenance on the page of an element', () => {
  let em: Fixture;
  beforeEach(async () => {
    em = await startFixture({ transformer: telling });
  });
  afterEach(() => em.close());

  const page = async (path: string, caller = 'viewer') => {
    const response = await fetch(em.url + path, { headers: { accept: 'application/json', 'x-test-caller': caller } });
    const whole = JSON.parse(await response.text());
    return whole.PAGE ?? whole;
  };
  const post = async (path: string, fields: Record<string, string>, caller = 'operator') => {
    const { token } = await page('/devices', caller);
    const response = await fetch(em.url + path, {
      method: 'POST',
      headers: { accept: 'application/json', 'x-test-caller': caller },
      body: new URLSearchParams({ token, ...fields }),
    });
    const whole = JSON.parse(await response.text());
    return { status: response.status, ...(whole.PAGE ?? whole) };
  };
  const asked = (operation: string) =>
    em.manager.calls.flatMap((call) => (call.operation === operation ? [call.input] : []));

  it('shows its windows to everybody, and forms to who may act', async () => {
    const { MAINTENANCE } = await page('/devices/edge-fra-1');
    expect(MAINTENANCE.able).to.equal(false);
    const [now, later] = MAINTENANCE.WINDOW;
    expect(now).to.include({ id: 'w1', active: true, by: 'ada', canEnd: false });
    expect(later).to.include({ id: 'configured-1', active: false, canEnd: false });
    const forOperator = (await page('/devices/edge-fra-1', 'operator')).MAINTENANCE;
    expect(forOperator.able).to.equal(true);
    expect(forOperator.WINDOW.map(({ canEnd }: { canEnd: boolean }) => canEnd)).to.deep.equal([true, false]);
    expect(await page('/devices/core1')).not.to.have.property('MAINTENANCE');
    expect((await page('/devices/core1', 'operator')).MAINTENANCE.WINDOW).to.deep.equal([]);
  });

  it('is set with a reason and an end, said what it does, and taken back', async () => {
    const done = await post('/devices/core1', { action: 'maintain', text: ' new fans ', for: '4h' });
    expect(asked('setMaintenance')).to.deep.equal([{ element: 'device/core1', to: NOW + 4 * HOUR, text: 'new fans' }]);
    expect(done).to.include({ status: 200, title: 'core1 is in maintenance', sheet: 'outcome' });
    expect(done.OUTCOME.UNDO).to.include({ action: 'endMaintenance', word: 'Take it back' });
    const back = await post('/devices/core1', { action: 'endMaintenance' });
    expect(back).to.include({ status: 200, title: 'core1 is not in maintenance any more' });
    expect(asked('endMaintenance')).to.deep.equal([{ element: 'device/core1' }]);
  });

  it('is planned ahead, and one of several windows taken back', async () => {
    const from = new Date(NOW + HOUR).toISOString().slice(0, 16);
    const until = new Date(NOW + 2 * HOUR).toISOString().slice(0, 16);
    const done = await post('/devices/edge-fra-1', { action: 'maintain', text: 'x', for: '4h', from, until });
    expect(done.title).to.equal('edge-fra-1 is going to be in maintenance');
    const back = await post('/devices/edge-fra-1', { action: 'endMaintenance', window: 'w2' });
    expect(back.title).to.equal('edge-fra-1 is in maintenance by another window');
  });

  for (const [fault, fields, status] of [
    ['without an end', { text: 'x' }, 400],
    ['with an end that is no time', { text: 'x', until: 'soon' }, 400],
  ] as const) {
    it(`is refused ${fault}`, async () => {
      expect((await post('/devices/core1', { action: 'maintain', ...fields })).status).to.equal(status);
      expect(asked('setMaintenance')).to.deep.equal([]);
    });
  }

  it('is not for viewers to set', async () => {
    expect((await post('/devices/core1', { action: 'maintain', text: 'x', for: '1h' }, 'viewer')).status).to.equal(403);
  });

  it('leads from what is out to what follows from it', async () => {
    const { ELEMENT } = await page('/devices/edge-fra-1');
    expect(ELEMENT.followersHref).to.equal('/ptpmgr/em/alarms?q=device%2Fedge-fra-1');
    expect((await page('/devices/core1')).ELEMENT).not.to.have.property('followersHref');
  });
});
