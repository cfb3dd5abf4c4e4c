import { expect } from 'chai';
import type { NewEvent, PtpEvent } from '../../../src/model/event.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { tellingStore } from '../../../src/store/telling-store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { realTimeEnv } from '../../support/test-env.js';

describe('a store that tells', () => {
  it('names each event once it is on disk, and does all that the store does', async () => {
    const env = realTimeEnv();
    const onDisk = await openSqliteStore({ dir: temporaryFolder('telling'), env, manager: 'EM1' });
    const told: PtpEvent[] = [];
    const store = tellingStore(onDisk, (events) => void told.push(...events));
    try {
      expect(Object.keys(store).sort()).to.deep.equal(Object.keys(onDisk).sort());
      const event: NewEvent = { time: 5, severity: 'minor', name: 'one', text: 'text' };
      await store.recordEvents([event]);
      await store.recordEvents([]);
      const poll = { element: 'device/a', method: 'snmp', time: 6, ok: true, samples: [] } as const;
      await store.recordPolls([{ ...poll, events: [{ ...event, name: 'two', element: 'device/a' }] }]);
      expect(told.map(({ id, manager, name }) => [id, manager, name])).to.deep.equal([
        [1, 'EM1', 'one'],
        [2, 'EM1', 'two'],
      ]);
      expect((await store.queryEvents({ offset: 0, limit: 10 })).total).to.equal(2);
    } finally {
      await store.close();
    }
  });
});
