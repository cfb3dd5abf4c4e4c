import { assert } from 'chai';
import type { Credential, PollAnswer } from '../../../src/access/access.js';
import { withoutSecrets } from '../../../src/access/hidden-secrets.js';

const CREDENTIAL: Credential = { id: 'login', user: 'bob', password: 'correct horse!', passphrase: 'open sesame' };
const BASIC = Buffer.from('bob:correct horse!').toString('base64');

const answer = (text: string): PollAnswer => ({
  readings: [
    { metric: 'said', instance: '', value: text, unit: '1' },
    { metric: 'count', instance: '', value: 7n, unit: '1' },
  ],
  events: [{ name: 'e', severity: 'minor', text }],
  facts: { model: text },
});

describe('passwords that an element repeats', () => {
  for (const secret of ['correct horse!', 'correct%20horse!', `Basic ${BASIC}`, 'open sesame'])
    it(`are hidden in values, events and facts: "${secret}"`, () => {
      const { readings, events, facts } = withoutSecrets(answer(`it was given ${secret}, and bob`), CREDENTIAL);
      const shown = JSON.stringify([readings[0], events, facts]);
      assert.notMatch(shown, /correct|horse|sesame/);
      assert.notInclude(shown, BASIC);
      assert.include(String(readings[0]?.value), ', and bob');
    });

  it('are all that is changed', () => {
    const whole = answer('a horse is not a secret');
    assert.deepEqual(withoutSecrets(whole, CREDENTIAL), whole);
    assert.deepEqual(withoutSecrets(whole, { id: 'none' }), whole);
  });
});
