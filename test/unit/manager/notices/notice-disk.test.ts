/** Rows of notices on their way to a store that takes none. */
import { expect } from 'chai';
import type { Row } from '../../../../src/assess/notices/lane.js';
import { eventNotice } from '../../../../src/assess/notices/notice.js';
import { PtpError } from '../../../../src/base/errors.js';
import { NoticeDisk } from '../../../../src/manager/notices/notice-disk.js';
import { testEnv } from '../../../support/test-env.js';
import { event } from '../../assess/notices/samples.js';

const row = (id: number): Row => ({ id, destination: 'noc', notice: eventNotice(event(id)), sinceMs: 0 });

describe('notices for a store that takes none', () => {
  it('are all let go, so that none waits where nothing counts how many', async () => {
    const env = testEnv();
    const refuses = () => Promise.reject(new PtpError('Store.Failed', 'no space left on device'));
    const gone = new Set<number>();
    const disk = new NoticeDisk(env, { changeNotices: refuses, loadNotices: async () => [] }, (rows) => {
      for (const { id } of rows) gone.add(id);
    });
    disk.change(
      Array.from({ length: 6000 }, (_, id) => row(id)),
      [],
    );
    await env.clock.advance(11_000);
    expect(gone.size).to.equal(6000);
  });
});
