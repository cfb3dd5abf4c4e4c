/** Names of elements. */
import { expect } from 'chai';
import { isElementName, parseElementName } from '../../../src/model/element.js';

describe('the name of an element', () => {
  it('is a kind and an id, which may have slashes', () => {
    expect(parseElementName('device/core1')).to.deep.equal({ kind: 'device', id: 'core1' });
    expect(parseElementName('service/a/b')).to.deep.equal({ kind: 'service', id: 'a/b' });
    expect(parseElementName('application/x')).to.deep.equal({ kind: 'application', id: 'x' });
  });

  for (const wrong of [
    '',
    '/',
    'device',
    'device/',
    'devices',
    'devicex',
    'devices/core1',
    'Device/core1',
    '/core1',
    'host/a',
  ])
    it(`is not ${JSON.stringify(wrong)}`, () => {
      expect(parseElementName(wrong)).to.equal(undefined);
      expect(isElementName(wrong)).to.equal(false);
    });
});
