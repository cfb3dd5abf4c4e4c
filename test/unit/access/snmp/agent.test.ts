/** How an agent is asked is found out once for a configuration, and anew where that is another. */
import { expect } from 'chai';
import { agentFingerprint, agentOf } from '../../../../src/access/snmp/agent.js';
import { access, element } from '../../../support/access.js';

describe('how an SNMP agent is asked', () => {
  const spec = access('snmp', { version: '2c' });
  const credential = { id: 'core', community: 'private' };
  const known = agentOf({ element: element(), access: spec, credential });

  it('is the very same for the same access, credential and address', () => {
    expect(agentOf({ element: element(), access: spec, credential })).to.equal(known);
    expect(agentFingerprint(known)).to.equal(agentFingerprint({ ...known }));
  });

  it('is another one when one of these is another', () => {
    const others = [
      agentOf({ element: element({ ip: '127.0.0.2' }), access: spec, credential }),
      agentOf({ element: element(), access: spec, credential: { ...credential, community: 'other' } }),
      agentOf({ element: element(), access: spec }),
      agentOf({ element: element(), access: { ...spec, options: { version: '1' } }, credential }),
    ];
    expect(others.map(({ host }) => host)).to.deep.equal(['127.0.0.2', '127.0.0.1', '127.0.0.1', '127.0.0.1']);
    expect(others.map(({ version }) => version)).to.deep.equal([1, 1, 1, 0]);
    expect(new Set([known, ...others].map(agentFingerprint)).size).to.equal(5);
    expect(agentFingerprint(agentOf({ element: element(), access: spec, credential }))).to.equal(
      agentFingerprint(known),
    );
  });
});
