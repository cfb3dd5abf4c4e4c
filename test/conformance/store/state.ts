/** What every store does with state. */
import { expect } from 'chai';
import { accessKey, elementName } from '../../../src/model/element.js';
import type { MetricValue } from '../../../src/model/ptp-store.js';
import {
  event,
  failure,
  HOSTILE,
  MINUTE,
  poll,
  ROUTER,
  START,
  type StoreSubject,
  sample,
  state,
  WEB,
} from './subject.js';

export function storeState(subject: StoreSubject): void {
  describe('state and memory', () => {
    it('come back whole, the latest of each', async () => {
      const latest: MetricValue[] = [
        { name: 'octets', instance: 'eth0', value: 2n ** 64n - 1n, unit: 'By', time: START },
        { name: 'load', instance: '', value: -0.1, unit: '1', time: START },
        { name: 'text', instance: '\0', value: HOSTILE.join(''), unit: '', time: START },
        { name: 'odd', instance: '', value: Number.NaN, unit: '', time: START },
      ];
      const memory = { key: accessKey(ROUTER, 0), memory: JSON.stringify({ position: 5, text: HOSTILE.join('') }) };
      await subject.store.recordPolls([
        poll(START, [], { state: state('normal', START), memory: { ...memory, memory: '1' } }),
        poll(START + 1, [], { state: { ...state('down', START + 1, latest), reason: 'no answer' }, memory }),
        poll(START, [], {
          element: WEB,
          state: { ...state('normal', START), element: WEB },
          memory: { key: accessKey(WEB, 12), memory: '2' },
        }),
      ]);
      await subject.reopened();
      expect(await subject.store.loadStates()).to.deep.equal([
        { ...state('down', START + 1, latest), reason: 'no answer' },
        { ...state('normal', START), element: WEB },
      ]);
      expect(await subject.store.loadMemories()).to.deep.equal([memory, { key: accessKey(WEB, 12), memory: '2' }]);
    });

    it('are forgotten with the element, whose samples, events and history stay', async () => {
      const full = (element: typeof ROUTER) =>
        poll(START, [sample('load', START, 1, '', '1', element)], {
          element,
          events: [event(START, { element })],
          state: { ...state('normal', START), element },
          memory: { key: accessKey(element, 0), memory: '1' },
        });
      await subject.store.recordPolls([full(ROUTER), full(WEB)]);
      await subject.store.forgetElement(ROUTER);
      await subject.store.forgetElement(elementName('device', 'never seen'));
      expect((await subject.store.loadStates()).map(({ element }) => element)).to.deep.equal([WEB]);
      expect((await subject.store.loadMemories()).map(({ key }) => key)).to.deep.equal([accessKey(WEB, 0)]);
      expect(await subject.store.listSeries(ROUTER, START, START + 1)).to.have.length(1);
      expect(await subject.allEvents()).to.have.length(2);
      const spans = await subject.store.statusSpans(START, START + 60 * MINUTE, ROUTER);
      expect(spans.map(({ status }) => status)).to.deep.equal(['normal', 'unknown']);
    });

    it('refuse a memory that is too large, and a name that is none', async () => {
      const memory = { key: accessKey(ROUTER, 0), memory: 'x'.repeat(256 * 1024 + 1) };
      expect((await failure(subject.store.recordPolls([poll(START, [], { memory })]))).code).to.equal(
        'Client.TooLarge',
      );
      // Such a name comes from outside, past the types.
      const element: typeof ROUTER = JSON.parse('"nonsense"');
      expect((await failure(subject.store.recordEvents([event(START, { element })]))).code).to.equal(
        'Client.Validation',
      );
      expect((await failure(subject.store.recordPolls([poll(START), poll(START, [], { element })]))).code).to.equal(
        'Client.Validation',
      );
      expect(await subject.store.pollCounts(0, 2 * START)).to.deep.equal([]);
    });
  });
}
