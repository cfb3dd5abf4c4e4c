/** Managers that tell people: what comes to a webhook while elements fail, managers are killed and receivers are away. */
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { parseXml } from '../../src/xml/parse.js';
import { readPtpStore } from '../../src/xml/ptp-store-codec.js';
import { ManagerProcess } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { Receiver } from '../support/receiver.js';
import { ask, device, faultOf, page, Site, stopAll, untilAnswers } from './world.js';

const ADA = { name: 'ada', password: 'correct horse' };

describe('a manager that tells people', function () {
  this.timeout(60_000);
  let site: Site;
  let chat: Receiver;
  let posts: Receiver;
  let em: ManagerProcess;

  before(async () => {
    site = await Site.start();
    chat = new Receiver(await freeTcpPort());
    posts = new Receiver(await freeTcpPort());
    await chat.open();
    await posts.open();
    const password = await hashPassword(ADA.password, systemRandom);
    em = await ManagerProcess.create({
      id: 'EM1',
      body: `<SECURITY anonymous="viewer"><USER name="ada" role="operator" password="${password}"/></SECURITY>
        <SCHEDULE push="1s"/>
        <DEVICES>${device('shop', `<ACCESS method="http" url="${site.url('/shop')}" interval="1s" retries="0"/>`)}</DEVICES>
        <EVENTS><EVENT name="access.*|bell|storm" action="store webhook"/></EVENTS>
        <NOTIFY>
          <DESTINATION id="chat" type="webhook" url="http://127.0.0.1:${chat.port}/hook/sEcrEt"/>
          <DESTINATION id="posts" type="store" url="http://127.0.0.1:${posts.port}/store"/>
        </NOTIFY>`,
    });
    await em.start();
  });
  after(async () => {
    await stopAll(em);
    await site.close();
    await chat.close();
    await posts.close();
  });

  const send = (name: string, count = 1) =>
    ask(
      em,
      'sendEvent',
      { events: Array.from({ length: count }, (_, at) => ({ severity: 'minor', name, text: `${name} ${at}` })) },
      ADA,
    );
  it('says nothing of parts without effect', () => {
    expect(em.process.output).to.not.contain('without effect');
  });

  it('posts its data as a document of the common format', async () => {
    await until('there are some', () => posts.texts.length >= 2);
    const store = readPtpStore(parseXml(posts.texts.at(-1) ?? ''));
    expect(store.managers[0]?.id).to.equal('EM1');
    expect(store.managers[0]?.devices.map(({ id }) => id)).to.deep.equal(['shop']);
  });

  it('tells that an element fails, that somebody looks after it, and that it is well again', async () => {
    await untilAnswers('it is polled', [em, 'getDevices', { element: 'shop' }], (answer) =>
      answer.PTP_STORE.managers.some(({ devices }) => devices.some(({ status }) => status === 'normal')),
    );
    await untilAnswers('nothing stands', [em, 'getAlarms', {}], ({ total }) => total === 0);
    site.page('/shop').status = 500;
    const isMeant = ({ name, state }: { name: string; state: string }) => name === 'accessFailed' && state === 'raised';
    const { alarms } = await untilAnswers('it fails', [em, 'getAlarms', {}], ({ alarms: all }) => all.some(isMeant));
    const { id = '' } = alarms.find(isMeant) ?? {};
    const told = () => chat.notices('accessFailed').filter((one) => one.id.startsWith(`${id}.`));
    await until('it is told', () => told().length === 1);
    expect(chat.bodies.find(({ notice }) => notice?.id === told()[0]?.id)?.text).to.match(/^[A-Z]+ device\/shop: /);
    await ask(em, 'acknowledgeAlarm', { alarm: id, note: 'on it' }, ADA);
    await until('that is told', () => told().length === 2);
    site.page('/shop').status = 200;
    await until('the end is told', () => told().length === 3);
    expect(told().map(({ kind }) => kind)).to.deep.equal(['raised', 'acknowledged', 'cleared']);
  });

  it('makes one message of a storm', async () => {
    const before = chat.bodies.length;
    await send('storm', 700);
    await until('all are told', () => chat.count('storm') === 700);
    expect(chat.bodies.length - before).to.be.at.most(3);
  });

  it('loses nothing when it is killed while nobody listens, and tells it once', async () => {
    await chat.close();
    await send('bell', 3);
    await untilAnswers('they wait', [em, 'getDestinations', {}], ({ destinations }) =>
      destinations.some(({ id, waiting, failed }) => id === 'chat' && waiting === 3 && failed > 0),
    );
    await em.kill();
    await chat.open();
    await em.start();
    await until('they are told', () => chat.count('bell') >= 3);
    const texts = chat.notices('bell').map(({ id }) => id);
    expect(new Set(texts).size).to.equal(3);
    expect(texts).to.have.length(3);
    const { destinations } = await ask(em, 'getDestinations', {});
    expect(destinations.find(({ id }) => id === 'chat')).to.include({
      condition: 'working',
      waiting: 0,
      type: 'webhook',
    });
  });

  it('tries a destination when somebody asks, who has to be an operator', async () => {
    expect(await faultOf(ask(em, 'testDestination', { destination: 'chat' }))).to.match(/^Client\.Unauthorized/);
    await ask(em, 'testDestination', { destination: 'chat' }, ADA);
    expect(chat.bodies.at(-1)?.text).to.contain('This is a test message of EM1, asked for by ada');
    chat.status = 403;
    const said = await faultOf(ask(em, 'testDestination', { destination: 'chat' }, ADA));
    expect(said).to.equal(`Server.Unavailable: http://127.0.0.1:${chat.port} answered 403`);
    chat.status = 204;
    expect(await faultOf(ask(em, 'testDestination', { destination: 'none' }, ADA))).to.match(/^Client\.NotFound/);
    expect(await faultOf(ask(em, 'testDestination', { destination: 'posts' }, ADA))).to.match(/^answered/);
  });

  it('counts, and shows no secret', async () => {
    const metrics = await (await fetch(`${em.origin}/metrics`)).text();
    expect(metrics).to.match(/ptpmgr_access_count\{method="notices",name="chat sent"\} [1-9]/);
    const everything = `${metrics}${JSON.stringify(await ask(em, 'getDestinations', {}))}${(await page(em, '/events')).text}`;
    expect(everything).to.not.contain('sEcrEt');
    expect(em.process.output).to.not.contain('sEcrEt');
  });
});
