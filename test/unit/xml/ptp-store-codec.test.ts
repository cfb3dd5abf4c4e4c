import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../src/base/errors.js';
import { packagePath } from '../../../src/base/paths.js';
import { DISCOVERIES } from '../../../src/model/element.js';
import type { AlarmEntry, ElementEntry, PtpStore } from '../../../src/model/ptp-store.js';
import { STATUSES } from '../../../src/model/status.js';
import { trimXml } from '../../../src/xml/lexical.js';
import { parseXml } from '../../../src/xml/parse.js';
import { ptpStoreToJson, readPtpStore, writePtpStore } from '../../../src/xml/ptp-store-codec.js';
import { cleanText } from '../../../src/xml/write.js';
import { compileSchema } from '../../../src/xml/xsd.js';
import { needShared } from '../../support/shared.js';

const schema = compileSchema(
  new Map([['ptp-store.xsd', readFileSync(packagePath('schemas', 'ptp-store.xsd'), 'utf8')]]),
);
const read = (text: string): PtpStore => readPtpStore(parseXml(text));

/** Anything that a device or a person may put into a text. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    ' ',
    '<b a="x">&amp;</b>',
    ']]>',
    '<!--',
    '&#0;',
    '\r\n',
    '\t',
    '\0',
    '\u{1F600}',
    '\uD800',
    '__proto__',
    '007',
    '\u00A0',
  ),
);
const text = hostile.map(cleanText);
const id = text.map((value) => value || 'x');
const address = text.map(trimXml);
const time = fc.integer({ min: 0, max: 4e12 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const number = fc.double({ noNaN: true });
const value = fc.oneof(
  number,
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  text,
  fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY),
);
const status = fc.constantFrom(...STATUSES);
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 });

/** Leaves out what is undefined, as reading does. */
const compact = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, one]) => one !== undefined)) as T;

const epoch = fc.record({ term: fc.nat(), number: fc.nat(), giver: id });
const site = fc.record({ id, label: optional(text), status: optional(status) }).map(compact);
const host = fc
  .record({ dnsname: optional(text), uri: optional(address), context: optional(address), portal: optional(address) })
  .map(compact);
const open = fc.constantFrom('indeterminate' as const, 'minor' as const, 'critical' as const);
const alarm: fc.Arbitrary<AlarmEntry> = fc
  .record({
    id,
    key: id,
    name: id,
    severity: open,
    worst: open,
    text,
    source: optional(text),
    raisedAt: time,
    changedAt: time,
    lastAt: time,
    count: fc.integer({ min: 1, max: 1e9 }),
    acknowledged: optional(fc.record({ by: text, at: time, note: optional(text) }).map(compact)),
    root: optional(fc.record({ element: id, alarm: optional(id), why: text }).map(compact)),
    flapping: optional(fc.constant(true as const)),
    silencedBy: optional(text),
    keptBy: optional(text),
  })
  .map(compact);
/** Absent where there are none. */
const alarms = optional(fc.array(alarm, { minLength: 1, maxLength: 2 }));
const element = (kind: ElementEntry['kind']): fc.Arbitrary<ElementEntry> =>
  fc
    .record({
      kind: fc.constant(kind),
      id,
      ip: optional(text),
      dnsname: optional(text),
      label: optional(text),
      status,
      since: optional(time),
      reason: optional(text),
      type: optional(text),
      vendor: optional(text),
      model: optional(text),
      owner: optional(text),
      epoch: optional(epoch),
      description: optional(text),
      portal: optional(address),
      location: optional(text),
      customers: few(text),
      deviceName: optional(text),
      nwview: optional(text),
      links: few(
        fc
          .record({
            to: id,
            capacity: optional(text),
            cost: optional(number),
            label: optional(text),
            discovered: optional(fc.constantFrom(...DISCOVERIES)),
            managed: optional(fc.boolean()),
          })
          .map(compact),
      ),
      parents: few(text),
      access: few(
        fc
          .record({
            method: id,
            ok: fc.boolean(),
            time,
            responseMs: optional(number),
            error: optional(text),
            via: optional(text),
          })
          .map(compact),
      ),
      metrics: few(
        fc
          .record({
            name: fc.oneof(id, fc.constantFrom('Clients', 'Streams', 'Violations')),
            instance: fc.oneof(text, fc.constant('')),
            value,
            unit: text,
            time,
            severity: optional(fc.constantFrom('indeterminate' as const, 'warning' as const, 'critical' as const)),
            threshold: optional(text),
          })
          .map(compact),
      ),
      alarms,
    })
    .map(compact);
const store: fc.Arbitrary<PtpStore> = fc.record({
  managers: few(
    fc
      .record({
        id,
        name: optional(text),
        status: optional(status),
        age: optional(number),
        source: optional(fc.constantFrom('memory' as const, 'store' as const, 'cache' as const)),
        host: optional(host),
        site: optional(site),
        failover: few(id),
        devices: few(element('device')),
        services: few(element('service')),
        applications: few(element('application')),
        alarms,
      })
      .map(compact),
  ),
  integrationManagers: few(
    fc
      .record({
        id,
        name: optional(text),
        host: optional(host),
        managers: few(
          fc
            .record({
              id,
              name: optional(text),
              status: optional(status),
              site: optional(site),
              portal: optional(address),
              failover: few(id),
            })
            .map(compact),
        ),
      })
      .map(compact),
  ),
});

describe('the common data format', () => {
  it('reads back what it wrote, whatever the texts, and that is valid', () => {
    fc.assert(
      fc.property(store, (one) => {
        const written = writePtpStore(one);
        expect(schema.validate(written)).to.deep.equal([]);
        expect(read(written)).to.deep.equal(one);
      }),
      { numRuns: 200 },
    );
  });

  const entry = (more: Partial<ElementEntry>): PtpStore => ({
    managers: [
      {
        id: 'EM1',
        failover: [],
        devices: [
          {
            kind: 'device',
            id: '1',
            status: 'normal',
            customers: [],
            links: [],
            parents: [],
            access: [],
            metrics: [],
            ...more,
          },
        ],
        services: [],
        applications: [],
      },
    ],
    integrationManagers: [],
  });

  it('carries texts of a megabyte, in elements and attributes', () => {
    const big = '<&"\u{1F600}\r\n'.repeat(2 ** 17);
    const one = entry({
      label: big,
      description: big,
      metrics: [{ name: 'log', instance: '', value: big, unit: '', time: 0 }],
    });
    const written = writePtpStore(one);
    expect(schema.validate(written, undefined)).to.deep.equal([]);
    expect(read(written)).to.deep.equal(one);
  });

  it('replaces what XML cannot carry', () => {
    const written = writePtpStore(entry({ label: 'a\0b', description: '\uD800' }));
    expect(schema.validate(written)).to.deep.equal([]);
    expect(read(written)).to.deep.equal(entry({ label: 'a\uFFFDb', description: '\uFFFD' }));
  });

  it('says the metrics that have elements of their own twice, and reads them once', () => {
    const one = entry({ metrics: [{ name: 'Clients', instance: '', value: 108_400, unit: '1', time: 1000 }] });
    const written = writePtpStore(one);
    expect(written).to.include('<Clients>108400</Clients>');
    expect(read(written)).to.deep.equal(one);
  });

  it('gives JSON with the same names, in which whatever can repeat is a list', () => {
    const json = JSON.parse(
      JSON.stringify(
        ptpStoreToJson(
          entry({
            label: 'x',
            since: 0,
            metrics: [
              { name: 'Clients', instance: '', value: 2n ** 64n, unit: '1', time: 0 },
              { name: 'load', instance: 'a', value: Number.NaN, unit: '%', time: 0 },
            ],
          }),
        ),
      ),
    );
    expect(json).to.deep.equal({
      PTP_STORE: {
        EMANAGER: [
          {
            id: 'EM1',
            FAILOVER_EM: [],
            Devices: {
              Device: [
                {
                  id: '1',
                  label: 'x',
                  status: 'normal',
                  since: '1970-01-01T00:00:00.000Z',
                  Clients: '18446744073709551616',
                  Customers: { Customer: [] },
                  Links: { Link: [] },
                  Parents: { Parent: [] },
                  AccessStates: { Access: [] },
                  Metrics: {
                    Metric: [
                      {
                        name: 'Clients',
                        instance: '',
                        unit: '1',
                        time: '1970-01-01T00:00:00.000Z',
                        type: 'integer',
                        value: '18446744073709551616',
                      },
                      {
                        name: 'load',
                        instance: 'a',
                        unit: '%',
                        time: '1970-01-01T00:00:00.000Z',
                        type: 'number',
                        value: 'NaN',
                      },
                    ],
                  },
                  Alarms: { Alarm: [] },
                },
              ],
            },
            Services: { Service: [] },
            Applications: { Application: [] },
            Alarms: { Alarm: [] },
          },
        ],
        EIMANAGER: [],
      },
    });
  });

  const bad: [string, string, RegExp][] = [
    ['<PTP_STORE xmlns="urn:x"/>', 'another namespace', /PTP_STORE in no namespace/],
    ['<STORE/>', 'another element', /should be PTP_STORE/],
    ['<PTP_STORE><EMANAGER/></PTP_STORE>', 'a manager without an id', /lacks its attribute id/],
    [
      '<PTP_STORE><EMANAGER id="1"><Devices><Device id="1" status="fine"/></Devices></EMANAGER></PTP_STORE>',
      'an unknown status',
      /unknown status "fine"|"fine" is not right for the attribute status of Device; it should be unknown, normal/,
    ],
    [
      '<PTP_STORE><EMANAGER id="1"><Devices><Device id="1" status="down" since="soon"/></Devices></EMANAGER></PTP_STORE>',
      'a wrong time',
      /"soon".*should be a time such as/,
    ],
    [
      '<PTP_STORE><EMANAGER id="1"><Devices><Device id="1" status="down"><Metrics><Metric name="a" type="number" time="2026-01-01T00:00:00Z">x</Metric></Metrics></Device></Devices></EMANAGER></PTP_STORE>',
      'a wrong value',
      /should be of the type number/,
    ],
  ];
  for (const [xml, what, message] of bad) {
    it(`refuses ${what}`, () => {
      expect(() => read(xml)).to.throw(PtpError, message);
    });
  }

  describe('the sample', () => {
    let path = '';
    before(function () {
      path = needShared(this, 'samples', 'ptp-store.xml');
    });

    it('is valid and is read whole', () => {
      const sample = readFileSync(path, 'utf8');
      expect(schema.validate(sample)).to.deep.equal([]);
      const { managers, integrationManagers } = read(sample);
      expect(managers.map((one) => [one.id, one.name, one.devices.length, one.services.length])).to.deep.equal([
        ['EM1', 'ABC', 2, 0],
        ['EM3', 'YYY', 0, 2],
      ]);
      expect(managers[0]?.host).to.deep.equal({
        dnsname: 'ovchia2.cnd.hp.com',
        uri: 'ovchia2.cdn.hp.com:8080',
        context: 'ptpmgr/em',
      });
      expect(managers[0]?.devices[0]?.customers).to.deep.equal(['ATT', 'Qwest', 'AOL', 'HP']);
      expect(managers[0]?.devices[1]?.portal).to.equal('http://ovcdnce13.cnd.hp.com:8080/index.html');
      const [real] = managers[1]?.services ?? [];
      expect(real).to.deep.include({ status: 'down', deviceName: 'ovchia6.cnd.hp.com', nwview: 'Map' });
      expect(real?.metrics.map((one) => [one.name, one.value])).to.deep.equal([
        ['Clients', 108_400],
        ['Streams', 856_477],
        ['Violations', 2000],
      ]);
      expect(integrationManagers[0]?.managers.map((one) => [one.id, one.site?.label, one.failover])).to.deep.equal([
        ['EM1', 'Fort Collins', ['EM3']],
        ['EM2', 'Roseville', []],
        ['EM3', 'LA', []],
      ]);
    });

    it('reads back equal once it has been written', () => {
      const first = read(readFileSync(path, 'utf8'));
      const written = writePtpStore(first);
      expect(schema.validate(written)).to.deep.equal([]);
      expect(read(written)).to.deep.equal(first);
    });
  });
});
