import { expect } from 'chai';
import { duration, type PoolView, renderStatus } from '../../../src/cli/status/table.js';

type Manager = PoolView['status']['managers'][number];

const manager = (id: string, more: Partial<Manager> = {}): Manager => ({
  id,
  role: 'EM',
  incarnation: 1,
  state: 'running',
  poolRole: 'none',
  term: 0,
  uptime: 125,
  health: 'good',
  load: 0.034,
  version: '0.1.0',
  uri: 'http://127.0.0.1:1',
  context: 'ptpmgr/em',
  elements: [
    { status: 'normal', count: 3 },
    { status: 'down', count: 1 },
    { status: 'unknown', count: 0 },
  ],
  pollRate: 1.25,
  pollLag: 0.01,
  pollsDone: 100,
  pollsFailed: 1,
  accessCounts: [],
  memoryBytes: 80 * 2 ** 20,
  configVersion: '1.0',
  registeredWith: [],
  age: 0,
  alarms: [],
  ...more,
});

const view: PoolView = {
  status: {
    managers: [
      manager('EM10', { elements: [], health: 'degraded', pollLag: 2 }),
      manager('EM2'),
      manager('EIM1', { role: 'EIM', elements: [] }),
    ],
    missing: [{ manager: 'EM3', reason: 'connection refused' }],
  },
  neighbors: [
    { id: 'EM2', role: 'EM', uri: 'http://127.0.0.1:2', context: 'ptpmgr/em', reach: 'alive' },
    {
      id: 'EM3',
      role: 'EM',
      uri: 'http://127.0.0.1:3',
      context: 'ptpmgr/em',
      reach: 'unreachable',
      age: 72,
      reason: 'nothing\nlistens',
    },
  ],
};

const workload = {
  state: 'tight',
  age: 12,
  reason: 'its main thread is busy 57 % of the time, and beyond 80 % polls begin late',
  use: 0.71,
  expected: 0.5,
  cost: 400,
  capacity: 350,
  lag95: 0.02,
  underWay: 3,
  waiting: 0,
  unstored: 1,
  overlapped: 0,
} as const;

describe('the table of status', () => {
  it('says of one that is close to more than it can do that it is, and why', () => {
    const managers = [manager('EM1', { health: 'degraded', workload }), manager('EM2')];
    const lines = renderStatus({ status: { managers, missing: [] }, neighbors: [] }, false).split('\n');
    expect(lines.find((line) => line.startsWith('EM1'))).to.match(/ tight /);
    expect(lines).to.include(`EM1  tight: ${workload.reason}`);
  });

  it('shows integration managers first, then by number, and who is not there', () => {
    expect(renderStatus(view, false)).to.equal(
      [
        'MANAGER  ROLE  STATE    POOL  HEALTH    UP     LOAD  POLLS/S  LATE  MEMORY  ELEMENTS',
        'EIM1     EIM   running  none  good      2m 5s  3%    1.3      -     80 MiB  -',
        'EM2      EM    running  none  good      2m 5s  3%    1.3      -     80 MiB  1 down, 3 normal',
        'EM10     EM    running  none  degraded  2m 5s  3%    1.3      2.0s  80 MiB  -',
        'EM3  unreachable, last heard 1m 12s ago: nothing listens',
        '',
        '3 managers here, 1 not; 4 elements: 3 normal, 1 down',
      ].join('\n'),
    );
  });

  it('shows who is master, who owns what, and what needs attention', () => {
    const member = { role: 'EM', voter: true, standing: 'alive', owns: 1, standsInFor: 1 };
    const shown = renderStatus(
      {
        ...view,
        picture: {
          standing: 'member',
          whole: true,
          teller: 'EIM1',
          pool: 'lab',
          term: 13,
          master: 'EM2',
          roster: 4,
          cutOff: false,
          total: 3,
          members: [
            { ...member, id: 'EM2' },
            { ...member, id: 'EM10', voter: false, standing: 'returning' },
            { ...member, id: 'EM3', standing: 'gone', why: 'crashed: refuses the connection' },
            { ...member, id: 'EIM1', role: 'EIM', standsInFor: 0 },
          ],
          elements: new Map([
            ['device/core1', { owner: 'EM2', homes: ['EM2'] }],
            ['device/core2', { owner: 'EM2', homes: ['EM3'] }],
            ['application/log', { homes: ['EM3'], unwatched: 'only EM3 can read it' }],
          ]),
        },
        open: [{ element: 'device/core1', status: 'down', age: 72, owner: 'EM2', reason: 'no answer\nto snmp' }],
      },
      false,
    );
    expect(shown).to.equal(
      [
        'Pool lab: master EM2, term 13, 3 of 4 there, roster 4 (as EIM1 tells)',
        '',
        'MANAGER  ROLE  STATE      POOL              HEALTH    UP     LOAD  POLLS/S  LATE  MEMORY  STANDS IN  ELEMENTS',
        'EIM1     EIM   running    secondary, votes  good      2m 5s  3%    1.3      -     80 MiB  0          -',
        'EM2      EM    running    master, votes     good      2m 5s  3%    1.3      -     80 MiB  1          1 down, 3 normal',
        'EM10     EM    returning  secondary         degraded  2m 5s  3%    1.3      2.0s  80 MiB  1          -',
        'EM3  gone (crashed): refuses the connection',
        '',
        'OWNER  OWNS  WHAT',
        'EM2    2     device/core2 (of EM3) device/core1',
        'EM3    0     -',
        'EM10   0     -',
        'unwatched  application/log: only EM3 can read it',
        '',
        'OPEN  ELEMENT       FOR     OWNER  WHY',
        'down  device/core1  1m 12s  EM2    no answer to snmp',
        '',
        '3 managers here, 1 not; 4 elements: 3 normal, 1 down',
      ].join('\n'),
    );
  });

  it('has colours only when asked', () => {
    const coloured = renderStatus(view, true);
    expect(coloured).to.include('\x1b[31m1 down, 3 normal\x1b[0m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(coloured.replace(/\x1b\[\d+m/g, '')).to.equal(renderStatus(view, false));
  });

  it('writes durations in their two largest units', () => {
    expect([0.04, 9.99, 10, 61, 3600, 90_061, 86_400 * 400].map(duration)).to.deep.equal([
      '0.0s',
      '10.0s',
      '10s',
      '1m 1s',
      '1h 0m',
      '1d 1h',
      '400d 0h',
    ]);
  });
});
