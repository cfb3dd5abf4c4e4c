/** What every store does with the alarms that a manager keeps for others. */
import { expect } from 'chai';
import {
  type AlarmSubject,
  AT_OWNER,
  type KeptAlarm,
  type KeptChange,
  type KeptSet,
  ownSubject,
} from '../../../src/model/kept-alarm.js';
import { failure, HOSTILE, ROUTER, START, type StoreSubject, WEB } from './subject.js';

const set = (subject: AlarmSubject, number: number, more: Partial<KeptSet> = {}): KeptSet => ({
  subject,
  owner: 'EM2',
  epoch: { term: 3, number: 7, giver: 'EM1' },
  incarnation: 4,
  number,
  ...more,
});

const alarm = (id: string, subject: AlarmSubject = ROUTER, body = `{"id":"${id}"}`): KeptAlarm => ({
  id,
  subject,
  at: START,
  body,
});

const change = (more: Partial<KeptChange>): KeptChange => ({
  sets: [],
  alarms: [],
  forgotten: [],
  removed: [],
  ...more,
});

export function storeKeptAlarms(subject: StoreSubject): void {
  describe('alarms that are kept for others', () => {
    const ids = async (subjects?: readonly AlarmSubject[]) =>
      (await subject.store.loadKept(subjects)).alarms.map(({ id }) => id);

    it('come back as they were put, by subject and id, also after a restart', async () => {
      const em2 = ownSubject('EM2');
      const sets = [set(ROUTER, 12), set(WEB, AT_OWNER, { owner: 'em1' }), set(em2, 1, { epoch: homeOf('EM2') })];
      const alarms = [alarm('b'), alarm('a'), alarm('c', em2)];
      await subject.store.changeKept(change({ sets, alarms }));
      await subject.store.changeKept(change({}));
      await subject.reopened();
      const all = await subject.store.loadKept();
      expect(all.sets).to.have.deep.members(sets);
      expect(all.alarms).to.deep.equal([alarms[1], alarms[0], alarms[2]]);
    });

    it('are asked for by subject', async () => {
      await subject.store.changeKept(
        change({ sets: [set(ROUTER, 1), set(WEB, 2)], alarms: [alarm('a'), alarm('b', WEB)] }),
      );
      expect(await ids([WEB])).to.deep.equal(['b']);
      expect((await subject.store.loadKept([WEB])).sets).to.deep.equal([set(WEB, 2)]);
      expect(await ids([ownSubject('EM9')])).to.deep.equal([]);
      expect(await ids([])).to.deep.equal([]);
    });

    it('are replaced by what is put of the same subject or alarm', async () => {
      await subject.store.changeKept(change({ sets: [set(ROUTER, 1)], alarms: [alarm('a'), alarm('b')] }));
      const later = { ...alarm('a', ROUTER, '{"id":"a","revision":2}'), at: START + 1 };
      await subject.store.changeKept(change({ sets: [set(ROUTER, 2, { owner: 'EM3' })], alarms: [later] }));
      const all = await subject.store.loadKept();
      expect(all.sets).to.deep.equal([set(ROUTER, 2, { owner: 'EM3' })]);
      expect(all.alarms).to.deep.equal([later, alarm('b')]);
    });

    it('go one by one, and with their subject, before anything is put', async () => {
      const sets = [set(ROUTER, 1), set(WEB, 1)];
      await subject.store.changeKept(change({ sets, alarms: [alarm('a'), alarm('b'), alarm('c', WEB)] }));
      await subject.store.changeKept(change({ removed: ['a', 'never'] }));
      expect(await ids()).to.deep.equal(['b', 'c']);
      await subject.store.changeKept(
        change({ forgotten: [ROUTER, WEB], sets: [set(WEB, 2)], alarms: [alarm('d', WEB)] }),
      );
      await subject.reopened();
      expect(await ids()).to.deep.equal(['d']);
      expect((await subject.store.loadKept()).sets).to.deep.equal([set(WEB, 2)]);
    });

    it('may have any text, within a bound', async () => {
      const alarms = HOSTILE.map((body, index) => alarm(`h${String(index).padStart(2, '0')}`, WEB, body));
      await subject.store.changeKept(change({ sets: [set(WEB, 1)], alarms }));
      expect((await subject.store.loadKept([WEB])).alarms).to.deep.equal(alarms);
      const tooLong = subject.store.changeKept(change({ alarms: [alarm('x', WEB, 'x'.repeat(256 * 1024 + 1))] }));
      expect((await failure(tooLong)).code).to.equal('Client.TooLarge');
      expect(await ids([WEB])).to.have.length(alarms.length);
    });

    it('stay when what this manager knows of the element is forgotten', async () => {
      await subject.store.changeKept(change({ sets: [set(ROUTER, 1)], alarms: [alarm('a')] }));
      await subject.store.forgetElement(ROUTER);
      expect(await ids([ROUTER])).to.deep.equal(['a']);
    });
  });
}

const homeOf = (giver: string) => ({ term: 0, number: 0, giver });
