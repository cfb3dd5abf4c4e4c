import { expect } from 'chai';
import { type Introduced, introduction } from '../../../src/cli/lab/introduction.js';

const lab: Introduced = {
  managers: [
    { id: 'EIM1', name: 'Whole pool', url: 'http://127.0.0.1:1/ptpmgr/eim', pid: 10, elements: 0 },
    { id: 'EM1', name: 'Fort Collins', url: 'http://127.0.0.1:2/ptpmgr/em', pid: 11, elements: 6 },
    { id: 'EM2', name: 'Roseville', url: 'http://127.0.0.1:3/ptpmgr/em', pid: 12, elements: 6 },
  ],
  elements: 12,
  adminPassword: 'secret-of-the-lab',
  folder: '/tmp/with blank',
  temporary: true,
  local: { element: 'application/billing', home: 'EM2' },
  exampleAgent: '127.1.0.2:1161',
};

describe("the lab's introduction", () => {
  it('says where everything is, and how to kill the one that has something nobody can take over', () => {
    const text = introduction(lab);
    expect(text).to.include('EM1   http://127.0.0.1:2/ptpmgr/em   process 11       Fort Collins');
    expect(text).to.include('secret-of-the-lab').and.to.include('snmpwalk -v2c -c public 127.1.0.2:1161 system');
    expect(text.slice(text.indexOf('Kill one'), text.indexOf('Ask:'))).to.equal(
      [
        'Kill one and watch, in another terminal:',
        '  npx ptpmgr status http://127.0.0.1:1/ptpmgr/eim --watch',
        '  kill -9 12',
        '      EM2 is gone without a word: others find out, and take over 5 of its 6 elements',
        '      application/billing is a log file that only EM2 can read: nobody polls it, and they say so',
        "  npx ptpmgr lab --restart EM2 --data '/tmp/with blank'",
        '      brings it back; what is its own returns, without a missed poll',
        '      http://127.0.0.1:1/ptpmgr/eim/handovers has every move, with what it cost',
        '',
        '',
      ].join('\n'),
    );
  });

  it('promises no takeover where there is nobody to take over', () => {
    const text = introduction({
      ...lab,
      managers: lab.managers.slice(0, 2),
      local: { element: 'application/billing', home: 'EM1' },
    });
    expect(text).to.include('kill -9 11').and.to.include('no other e-manager').and.not.to.include('take over 5');
  });
});
