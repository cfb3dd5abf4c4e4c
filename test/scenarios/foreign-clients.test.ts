/** Programs in other languages against managers as they really run: an e-manager that polls, and its integration manager. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { packagePath } from '../../src/base/paths.js';
import { systemRandom } from '../../src/base/system-env.js';
import { isPoolOperation, type PoolOperation } from '../../src/manager/pool/wire/operations.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { OPERATION_NAMES, type OperationName } from '../../src/xml/messages/operations.js';
import { parseXml } from '../../src/xml/parse.js';
import { readPtpStore } from '../../src/xml/ptp-store-codec.js';
import { plannedStore } from '../peers/foreign/store-plan.js';
import type { CallResult, ClientOutput } from '../peers/foreign/suite.js';
import { counterpart, PYTHON } from '../support/counterparts.js';
import { type ManagerOptions, ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { runProcess, until } from '../support/processes.js';

const USER = 'ada';
const PASSWORD = 'A long & <strong> password';
const CLIENTS = [
  { name: 'zeep', program: PYTHON, script: 'zeep_client.py' },
  { name: 'php', program: 'php', script: 'soap_client.php' },
] as const;

interface Call {
  readonly operation: OperationName;
  readonly input: object;
}

describe('programs in other languages against running managers', function () {
  this.timeout(120_000);
  counterpart('zeep', 'php');
  let site: Server;
  let em: ManagerProcess;
  let eim: ManagerProcess;

  before(async () => {
    site = createServer((_request, response) =>
      response.setHeader('Content-Type', 'application/json').end('{"clients": 108400}'),
    );
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    const address = site.address();
    const sitePort = typeof address === 'object' && address ? address.port : 0;
    const [emPort, eimPort] = [await freeTcpPort(), await freeTcpPort()];
    const common = `<POOL name="lab" key="0123456789abcdef0123456789abcdef"/>
      <SECURITY anonymous="none"><USER name="${USER}" role="admin" password="${await hashPassword(PASSWORD, systemRandom)}"/></SECURITY>`;
    const notify = '<NOTIFY><DESTINATION id="log" type="syslog" host="127.0.0.1" port="9"/></NOTIFY>';
    const access = `<ACCESS method="http" url="http://127.0.0.1:${sitePort}/" interval="2" timeout="1"><METRIC name="Clients" jsonpath="$.clients" unit="1"/></ACCESS>`;
    const reference = (role: 'EM' | 'EIM', port: number) =>
      referenceXml({ id: `${role}1`, role, port, scheme: 'http' });
    const options = (role: 'EM' | 'EIM', port: number, body: string): ManagerOptions => ({
      id: `${role}1`,
      role,
      port,
      body,
    });
    em = await ManagerProcess.create(
      options(
        'EM',
        emPort,
        `${reference('EIM', eimPort)}${common}${notify}
        <DEVICES><DEVICE id="core &lt;1&gt;" ip="127.0.0.1" label="Core &amp; more">${access}</DEVICE></DEVICES>
        <SERVICES><SERVICE id="shop" dnsname="localhost" type="web">${access}</SERVICE><SERVICE id="pushed" dnsname="localhost"/></SERVICES>
        <APPLICATIONS><APPLICATION id="billing" ip="127.0.0.1">${access}</APPLICATION></APPLICATIONS>`,
      ),
    );
    eim = await ManagerProcess.create(
      options('EIM', eimPort, `${common}<EMANAGERS>${reference('EM', emPort)}</EMANAGERS>`),
    );
    await Promise.all([eim.start(), em.start()]);
  });
  after(async () => {
    const exits = await Promise.all([em, eim].filter((one) => one !== undefined).map((one) => one.stop()));
    site?.close();
    // Nobody could take over what the e-manager polls.
    expect(exits.map(({ code }) => code)).to.deep.equal([3, 0]);
  });

  const run = async (
    client: (typeof CLIENTS)[number],
    manager: ManagerProcess,
    version: string,
    calls: readonly Call[],
    password = PASSWORD,
  ) => {
    const endpoint = `${manager.url}/soap`;
    const plan = { wsdl: `${endpoint}?wsdl`, endpoint, version, user: USER, password, calls };
    const script = packagePath('test', 'peers', 'clients', client.script);
    const result = await runProcess(client.program, [script], { input: JSON.stringify(plan) });
    if (result.code !== 0) throw new Error(result.output.slice(0, 4000));
    return JSON.parse(result.stdout) as ClientOutput;
  };

  for (const client of CLIENTS) {
    for (const version of ['1.1', '1.2']) {
      it(`every operation of an e-manager, by ${client.name} in SOAP ${version}`, async () => {
        const element = 'device/core <1>';
        const hour = {
          from: { $time: new Date(Date.now() - 3_600_000).toISOString() },
          to: { $time: new Date().toISOString() },
        };
        // What managers of a pool say to each other is no business of other programs, and what ends one has its own tests.
        const calls: Record<Exclude<OperationName, PoolOperation | Keeping | Ending>, object> = {
          areYouThere: {},
          getSources: {},
          changeSource: { source: 'csv none.csv', action: 'read' },
          getDiscovery: { pageSize: 10 },
          getDestinations: {},
          testDestination: { destination: 'log' },
          changeDiscovery: { action: 'ignore', addresses: ['192.0.2.1'] },
          IAmHere: { manager: STRANGER },
          getNeighbors: {},
          getCapabilities: {},
          getStatus: {},
          getDevices: { element },
          getServices: {},
          getApplications: { pageSize: 10, page: 1 },
          getStore: {},
          getDeviceReport: { element },
          getServiceReport: { element: 'service/shop' },
          getReport: {},
          getSamples: { element, metric: 'Clients', ...hour },
          getPast: { elements: [{ element, ...hour }], figures: true },
          getEvents: {},
          getAlarms: { state: 'open' },
          acknowledgeAlarm: { alarm: 'none', note: 'é<&>' },
          clearAlarm: { alarm: 'none' },
          pollNow: { element },
          getConfig: {},
          checkConfig: { config: '<PTP_CONFIG version="1.0"><PTPMANAGER type="XM"/></PTP_CONFIG>' },
          sendEvent: { events: [{ severity: 'minor', name: 'told', text: `by ${client.name} <&> é😀` }] },
          pushStore: { PTP_STORE: plannedStore(readPtpStore(parseXml(PUSHED))) },
          relay: { manager: 'EM1', request: { getStatus: {} } },
          IAmLive: { id: 'EM9', incarnation: 1, uri: 'http://em9:8080' },
          identifyFailOver: { id: 'EM9', needs: [{ type: 'router', method: 'snmp', count: 2, cost: 0.5 }] },
          failOverAction: { id: 'EM9', elements: [] },
          delegate: { elements: [] },
          takeOver: { bundles: [] },
          release: { elements: [], epoch: '1.1.EM1' },
          reportFailure: { id: 'EM9' },
          announceIntegrationManager: { manager: { ...STRANGER, role: 'EIM' } },
          findCandidates: { elements: [element] },
          getAssignments: { pageSize: 10 },
          getHandOvers: { manager: 'EM1' },
          pause: { keep: true },
          resume: {},
          forget: { manager: 'EM9' },
          recover: { without: ['EM9'] },
          tryElement: { element: 'device/gone', access: 0, method: 'http' },
          pollElement: { element: 'device/gone', access: 0, definition: '{}' },
          getStanding: { element: ['device/gone'], since: 1 },
          getMaintenance: { element },
          setMaintenance: { element, to: { $time: new Date(Date.now() + 3_600_000).toISOString() }, text: 'é<&>' },
          endMaintenance: { element },
        };
        const plan = OPERATION_NAMES.flatMap((operation) =>
          isPoolOperation(operation) || isKeeping(operation) || isEnding(operation)
            ? []
            : [{ operation, input: calls[operation] }],
        );
        const { results } = await run(client, em, version, plan);
        const problems = results.flatMap((result, at) => problem(plan[at]?.operation, result));
        expect(problems).to.deep.equal([]);
      });
    }

    it(`the integration manager's view and relay, by ${client.name}`, async () => {
      const calls: readonly Call[] = [
        { operation: 'getDevices', input: {} },
        { operation: 'relay', input: { manager: 'EM1', request: { getStatus: {} } } },
      ];
      let output: ClientOutput | undefined;
      await until('the integration manager shows the device', async () => {
        output = await run(client, eim, '1.2', calls);
        return JSON.stringify(output.results[0]).includes('Core & more');
      });
      expect(JSON.stringify(output?.results[1]?.answer)).to.contain('"EM1"');
    });

    it(`a wrong password, by ${client.name}`, async () => {
      const output = await run(client, em, '1.1', [{ operation: 'areYouThere', input: {} }], 'wrong').catch(
        (error: Error) => error,
      );
      // Some refuse to go on at the status, some show the fault.
      expect(output instanceof Error ? output.message : JSON.stringify(output)).to.match(
        /401|Unauthorized|credentials/i,
      );
    });
  }
});

const PUSHED = `<PTP_STORE><EMANAGER id="EM1"><Services><Service id="pushed" status="normal">
  <Metrics><Metric name="Clients" unit="1" time="${new Date().toISOString()}" type="number">7</Metric></Metrics>
</Service></Services></EMANAGER></PTP_STORE>`;

const STRANGER = {
  id: 'EM9',
  role: 'EM',
  incarnation: 1,
  hostname: 'em9',
  port: 8080,
  context: 'ptpmgr/em',
  uri: 'http://em9:8080',
  capacity: 1,
};

const ENDINGS = ['shutdown', 'becomeIntegrationManager'] as const;
const KEEPING = ['keepAlarms', 'getKeptAlarms', 'passAlarms'] as const;
type Keeping = (typeof KEEPING)[number];
const isKeeping = (operation: OperationName): operation is Keeping => KEEPING.some((one) => one === operation);

type Ending = (typeof ENDINGS)[number];
const isEnding = (operation: OperationName): operation is Ending => ENDINGS.some((one) => one === operation);

/** Only a peer may introduce itself, and what is asked about a stranger is refused; everything else has to be answered. */
const REFUSED: Partial<Record<OperationName, RegExp>> = {
  changeSource: /^Client\.NotFound$/,
  acknowledgeAlarm: /^Client\.NotFound$/,
  clearAlarm: /^Client\.NotFound$/,
  IAmHere: /^Client\.Forbidden$/,
  IAmLive: /^Client\.Forbidden$/,
  tryElement: /^Client\.Forbidden$/,
  pollElement: /^Client\.Forbidden$/,
  getStanding: /^Client\.Forbidden$/,
  announceIntegrationManager: /^Client\.Forbidden$/,
  reportFailure: /^(Client\.(NotFound|Conflict)|Server\.Unavailable)$/,
  forget: /^(Client\.(NotFound|Conflict)|Server\.Unavailable)$/,
  recover: /^Client\.(NotFound|Conflict)$/,
};

function problem(operation: OperationName | undefined, result: CallResult): string[] {
  const refused = operation && REFUSED[operation];
  if (refused) {
    const isRefused = refused.test(String(result.fault?.detail.code));
    return isRefused ? [] : [`${operation} was not refused: ${JSON.stringify(result)}`];
  }
  return result.answer === undefined ? [`${operation}: ${JSON.stringify(result)}`] : [];
}
