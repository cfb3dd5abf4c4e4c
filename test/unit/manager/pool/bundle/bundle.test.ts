import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../../../src/base/errors.js';
import type { AccessContent, BundleContent, Moment } from '../../../../../src/manager/pool/bundle/content.js';
import { exportDefinition, importDefinition } from '../../../../../src/manager/pool/bundle/definition.js';
import { exportBundle } from '../../../../../src/manager/pool/bundle/export.js';
import { importBundle } from '../../../../../src/manager/pool/bundle/import.js';
import type { ManagedElement } from '../../../../../src/model/element.js';

const HERE: Moment = { nowMs: 1_900_000_000_000, monotonicMs: 5_000_000 };
const THERE: Moment = { nowMs: 1_800_000_000_000, monotonicMs: 40 };

const ELEMENT: ManagedElement = {
  kind: 'device',
  id: 'core/1',
  name: 'device/core/1',
  ip: '10.0.0.1',
  label: 'Core',
  type: 'router',
  pool: true,
  customers: ['c1'],
  links: [{ to: 'core2', capacity: '10G', cost: 3 }],
  parents: ['edge'],
  access: [
    {
      method: 'snmp',
      intervalMs: 30_000,
      timeoutMs: 5000,
      retries: 1,
      credential: 'read',
      options: { version: '3', port: '1161' },
      commands: [],
      metrics: [
        { name: 'temp', unit: 'Cel', oid: '1.3.6.1', index: 'name', indexOid: '1.3.6.2', scale: 0.1, absent: ['0'] },
        { name: 'fan', unit: '{state}', oid: '1.3.6.3', index: 'index', whereOid: '1.3.6.4', states: { 1: 'normal' } },
      ],
      events: [],
      thresholds: [{ metric: 'temp', above: '70', clear: '65', forMs: 60_000, severity: 'major' }],
    },
    {
      method: 'ftp',
      intervalMs: 60_000,
      timeoutMs: 5000,
      retries: 0,
      options: { url: 'ftp://h/log' },
      commands: ['show'],
      metrics: [],
      events: [{ regex: 'ERR (.*)', severity: 'warning', text: '$1' }],
      thresholds: [],
    },
  ],
};

const snmp = (at: Moment): AccessContent => ({
  cursor: { intervalMs: 30_000, next: 17, dueInMs: 1200.5 },
  failures: 0,
  costMs: 1.25,
  memory: { repetitions: 25 },
  learnt: { what: { engine: { boots: 3, ageMs: 40 } }, atMs: at.monotonicMs - 1500 },
  rates: {
    timeMs: at.monotonicMs - 28_000,
    uptimeMs: 99_000,
    counters: [
      [
        'ifIn',
        [
          ['eth0', '18446744073709551615'],
          ['eth1', '7', at.monotonicMs - 58_000],
        ],
      ],
    ],
  },
  latest: [
    { name: 'ifIn', instance: 'eth0', unit: 'By', time: at.nowMs - 28_000, value: 18446744073709551615n },
    { name: 'sysDescr', instance: '', unit: '', time: at.nowMs - 28_000, value: 'é "x" <y>' },
  ],
});

const content = (at: Moment): BundleContent => ({
  element: ELEMENT,
  reach: {
    status: 'minor',
    since: at.nowMs - 3_600_000,
    reason: 'ftp: refused',
    accesses: [
      { method: 'snmp', standing: 'good', badPolls: 0, failedPolls: 0, told: false },
      { method: 'ftp', standing: 'failed', badPolls: 2, failedPolls: 2, error: 'refused', told: true },
    ],
  },
  facts: {
    sysName: 'core1',
    vendor: 'Cisco',
    neighbours: [
      { via: 'lldp', port: 'eth0', capacity: '10G', names: ['core2', '192.0.2.2'], remotePort: 'eth1' },
      { via: 'bridge', port: 'eth3', names: ['00:1b:c5:00:00:01'] },
    ],
    hardwareAddresses: ['00:1b:c5:00:00:02'],
  },
  latest: [{ name: 'old', instance: 'x', unit: '1', time: at.nowMs - 90_000, value: 4.5 }],
  accesses: [
    snmp(at),
    {
      cursor: { intervalMs: 60_000, next: 3, dueInMs: 40_000 },
      failures: 6,
      costMs: 0.4,
      memory: { place: 'ftp://h/log', files: [{ name: 'log', offset: 12, tail: 'YWJj', skipping: false, quiet: 0 }] },
      latest: [],
    },
  ],
  sealed: 'c2VjcmV0',
});

const body = (): Record<string, unknown> => JSON.parse(exportBundle(content(HERE), HERE)) as Record<string, unknown>;

function faultOf(text: string): PtpError {
  try {
    importBundle(text, THERE);
  } catch (thrown) {
    if (thrown instanceof PtpError) return thrown;
    throw thrown;
  }
  throw new Error('expected a fault');
}

describe('the body of a bundle', () => {
  it('comes out equal, its times by the clocks of the taker', () => {
    expect(importBundle(exportBundle(content(HERE), HERE), THERE)).to.deep.equal({ ...content(THERE), keptMs: 0 });
  });

  it('is as much older as its cursors say that it lay about', () => {
    const kept = content(HERE).accesses.map(({ cursor }) => ({ ...cursor, dueInMs: cursor.dueInMs - 9000 }));
    const imported = importBundle(exportBundle(content(HERE), HERE), THERE, kept);
    expect(imported.keptMs).to.be.closeTo(9000, 1e-6);
    expect(imported.accesses[0]?.rates?.timeMs).to.be.closeTo(THERE.monotonicMs - 37_000, 1e-3);
    expect(imported.reach.since).to.be.closeTo(THERE.nowMs - 3_609_000, 1e-3);
    expect(imported.accesses[0]?.learnt?.atMs).to.be.closeTo(THERE.monotonicMs - 10_500, 1e-3);
    // The giver has meanwhile named later polls: the same moment, told by other numbers.
    const later = kept.map((cursor) => ({
      ...cursor,
      next: cursor.next + 2,
      dueInMs: cursor.dueInMs + 2 * cursor.intervalMs,
    }));
    expect(importBundle(exportBundle(content(HERE), HERE), THERE, later).keptMs).to.be.closeTo(9000, 1e-6);
  });

  it('keeps no secret of an access, in the definition alone as well', () => {
    const [access] = ELEMENT.access;
    if (!access) throw new Error('expected an access');
    const secret = {
      ...ELEMENT,
      access: [{ ...access, options: { ...access.options, community: 's3cret', authPassword: 's3cret' } }],
    };
    expect(exportDefinition(secret)).to.not.contain('s3cret');
    const [first] = content(HERE).accesses;
    if (!first) throw new Error('expected an access');
    expect(exportBundle({ ...content(HERE), element: secret, accesses: [first] }, HERE)).to.not.contain('s3cret');
    expect(importDefinition(exportDefinition(ELEMENT))).to.deep.equal(ELEMENT);
  });

  it('stays within 1 MiB: values go first, then baselines; definition, status and memory stay', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `interface-${index}`);
    const value = (instance: string) => ({ name: 'ifIn', instance, unit: 'By', time: HERE.nowMs, value: 123456789n });
    const whole = content(HERE);
    const [first, second] = whole.accesses;
    if (!first || !second) throw new Error('expected two accesses');
    const large = {
      ...whole,
      accesses: [
        {
          ...first,
          latest: many.map(value),
          rates: { timeMs: HERE.monotonicMs, counters: [['ifIn', many.map((one) => [one, '123'] as const)]] as const },
        },
        second,
      ],
    };
    const text = exportBundle(large, HERE);
    expect(Buffer.byteLength(text)).to.be.at.most(2 ** 20);
    const imported = importBundle(text, THERE);
    expect(imported.accesses[0]?.rates?.counters[0]?.[1]).to.have.length(20_000);
    expect(imported.accesses[0]?.latest.length).to.be.within(1000, 19_999);
    expect(imported.accesses[1]?.memory).to.deep.equal(second.memory);
    const huge = Array.from({ length: 100_000 }, (_, index) => [`interface-${index}`, '123'] as const);
    const larger = {
      ...whole,
      accesses: [{ ...first, rates: { timeMs: HERE.monotonicMs, counters: [['ifIn', huge]] as const } }, second],
    };
    const without = importBundle(exportBundle(larger, HERE), THERE);
    expect(without.accesses[0]?.rates).to.equal(undefined);
    expect(without.accesses[0]?.latest).to.have.length(2);
  });

  it('is refused with the place of the fault, and never with what was sent', () => {
    const faults: readonly (readonly [(body: Record<string, unknown>) => unknown, RegExp])[] = [
      [() => 'not an object', /bundle is a text.*object/],
      [(one) => ({ ...one, version: 2 }), /version 2; it should have 1/],
      [(one) => ({ ...one, definition: { ...ELEMENT, kind: 'planet' } }), /definition\.kind .*device, service/],
      [(one) => ({ ...one, definition: { ...ELEMENT, name: 'device/other' } }), /definition\.name/],
      [(one) => ({ ...one, accesses: [] }), /accesses is a list of 0; .*list of 2/],
      [(one) => ({ ...one, reach: { ...content(HERE).reach, sinceAgoMs: 'x' } }), /reach\.sinceAgoMs/],
      [(one) => ({ ...one, latest: [['a', 'b', 'c', 1, null]] }), /latest\[0\]\[4\]/],
      [(one) => ({ ...one, latest: [['a', 'b', 'c', 1, { whole: '1e9' }]] }), /latest\[0\]\[4\]\.whole/],
      [(one) => ({ ...one, sealed: 7 }), /sealed/],
      [(one) => withAccess(one, { failures: -1 }), /accesses\[0\]\.failures/],
      [(one) => withAccess(one, { cursor: { intervalMs: 30_000, next: 2 ** 60, dueInMs: 0 } }), /cursor\.next/],
      [(one) => withAccess(one, { memory: nested(40) }), /memory .*levels/],
      [(one) => withAccess(one, { memory: 's3cret'.repeat(50_000) }), /memory .*characters/],
      [
        (one) => withAccess(one, { rates: { agoMs: 1, counters: [['a', [['b', 'NaN']]]] } }),
        /counters\[0\]\[1\]\[0\]\[1\]/,
      ],
    ];
    for (const [spoil, told] of faults) {
      const fault = faultOf(JSON.stringify(spoil(body())));
      expect(fault.code).to.equal('Client.Validation');
      expect(fault.message).to.match(told);
      expect(fault.message).to.contain('should').and.not.contain('s3cret');
    }
    expect(faultOf('{').message).to.contain('not JSON');
    expect(faultOf(' '.repeat(2 ** 20 + 1)).code).to.equal('Client.TooLarge');
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(faultOf(deep).code).to.equal('Client.Validation');
    const spoiled = `{"__proto__":{"polluted":1},${JSON.stringify(body()).slice(1)}`;
    importBundle(spoiled, THERE);
    expect('polluted' in {}).to.equal(false);
  });

  it('never fails in another way, whatever a peer changes in it', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.jsonValue(), (at, value) => {
        const text = JSON.stringify(replaceNth(body(), at, value).result);
        try {
          importBundle(text, THERE);
        } catch (thrown) {
          expect(thrown).to.be.instanceOf(PtpError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

function withAccess(one: Record<string, unknown>, change: object): Record<string, unknown> {
  const accesses = one.accesses;
  if (!Array.isArray(accesses)) throw new Error('expected accesses');
  return {
    ...one,
    accesses: accesses.map((access: object, index) => (index === 0 ? { ...access, ...change } : access)),
  };
}

/** The tree with its `at`-th node replaced. */
function replaceNth(tree: unknown, at: number, value: unknown): { result: unknown; left: number } {
  if (at === 0) return { result: value, left: -1 };
  let left = at - 1;
  if (typeof tree !== 'object' || tree === null) return { result: tree, left };
  const visit = (child: unknown): unknown => {
    if (left < 0) return child;
    const { result, left: rest } = replaceNth(child, left, value);
    left = rest;
    return result;
  };
  const result = Array.isArray(tree)
    ? tree.map(visit)
    : Object.fromEntries(Object.entries(tree).map(([name, child]) => [name, visit(child)]));
  return { result, left };
}
