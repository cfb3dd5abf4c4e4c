import { expect } from 'chai';
import { MasterAlarms } from '../../../../src/manager/pool/master-alarms.js';
import type { AssignmentView, PoolService } from '../../../../src/manager/pool/pool-service.js';
import { elementName } from '../../../../src/model/element.js';
import type { PoolNews } from '../../../../src/pool/node/state.js';

const ROUTER = elementName('device', 'core1');
const dead: PoolNews = { is: 'found', member: 'EM2', finding: 'crashed', why: 'nobody hears it', afterMs: 900 };
const alive: PoolNews = { is: 'found', member: 'EM2', finding: 'alive', why: 'it speaks', afterMs: 900 };
const mastering = (begins: boolean): PoolNews => ({ is: 'mastering', begins, term: 4, why: 'elected' });

describe('the alarms of a master', () => {
  let ended: string[];
  let rows: AssignmentView[];
  let alarms: MasterAlarms;
  beforeEach(() => {
    ended = [];
    rows = [];
    const keys = ['manager EM2', 'relieved EM3', `unwatched ${ROUTER}`, 'silent EIM1', 'cutOff'];
    alarms = new MasterAlarms(
      'EM1',
      {
        endOwn: (which) => ended.push(...keys.filter((key) => which({ key } as Parameters<typeof which>[0]))),
        endOwnOf: (key) => ended.push(key),
      },
      () => ({ assignments: () => ({ rows, total: rows.length }) }) as Pick<PoolService, 'assignments'>,
    );
  });
  const told = (news: PoolNews): string[] =>
    alarms.eventsOf(news).map(({ severity, name, alarm }) => `${severity} ${name} ${alarm ?? 'no alarm'}`);

  it('are raised by the master alone; every member notes who is gone', () => {
    expect(told(dead)).to.deep.equal(['major managerFound no alarm']);
    told(mastering(true));
    expect(told(dead)).to.deep.equal(['major managerFound manager EM2']);
    expect(told(alive)).to.deep.equal(['cleared managerFound manager EM2']);
  });

  it('go on with the next master: it says what stands, and the former one ends its own', () => {
    told(dead);
    rows = [{ element: ROUTER, homes: ['EM2'], unwatched: 'nobody is able' }];
    expect(told(mastering(true))).to.deep.equal([
      'indeterminate masterBegins no alarm',
      'major managerFound manager EM2',
      `critical elementUnwatched unwatched ${ROUTER}`,
    ]);
    expect(told(mastering(false))).to.deep.equal(['indeterminate masterEnds no alarm']);
    expect(ended).to.deep.equal(['manager EM2', 'relieved EM3', `unwatched ${ROUTER}`]);
  });

  it('say nothing of who is back or no member any more', () => {
    told(dead);
    told(alive);
    expect(told(mastering(true))).to.deep.equal(['indeterminate masterBegins no alarm']);
    told(mastering(false));
    told(dead);
    expect(told({ is: 'dropped', member: 'EM2', why: 'EM2 was silent for a week' })).to.deep.equal([
      'minor managerDropped no alarm',
      'cleared managerFound manager EM2',
    ]);
    expect(told(mastering(true))).to.have.length(1);
  });

  it('of an element that nobody watches end when it goes to somebody', () => {
    told({
      is: 'moves',
      element: ROUTER,
      from: 'EM2',
      to: 'EM3',
      reason: 'r',
      epoch: { term: 1, number: 1, giver: 'EM1' },
      takeover: true,
    });
    expect(ended).to.deep.equal([`unwatched ${ROUTER}`]);
  });
});
