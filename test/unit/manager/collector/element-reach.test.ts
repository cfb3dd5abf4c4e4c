import { expect } from 'chai';
import { ElementReach } from '../../../../src/manager/collector/element-reach.js';
import { access, element } from '../../../support/access.js';

describe('the reach of an element that comes from another owner', () => {
  it('stays unreachable until it is tried from here, though it is judged anew before', () => {
    const reach = new ElementReach(0);
    const one = element({ access: [access('http', {})] });
    const failed = { method: 'http', standing: 'failed', badPolls: 2, failedPolls: 2, told: false } as const;
    const adopted = { status: 'unreachable', since: 5, reason: 'em2 reaches it', accesses: [failed] } as const;
    reach.adopt(adopted);
    expect(reach.reconsider(one, 10)).to.deep.equal([]);
    expect(reach.state).to.include({ status: 'unreachable', since: 5 });
    reach.hear('device/core1 0' as never, { is: 'unreached' });
    expect(reach.reconsider(one, 20).map(({ name }) => name)).to.deep.equal(['elementReachable', 'elementDown']);
  });
});
