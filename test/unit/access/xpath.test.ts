import { assert } from 'chai';
import { ThreadedSearch } from '../../../src/access/xpath/threaded-search.js';
import { realTimeEnv } from '../../support/test-env.js';

const MOST = 4 * 2 ** 20;

describe('XPath on documents from outside', () => {
  const searches: ThreadedSearch[] = [];
  const create = (limitMs?: number) => {
    const search = new ThreadedSearch(realTimeEnv(), limitMs);
    searches.push(search);
    return search;
  };
  afterEach(async () => void (await Promise.all(searches.splice(0).map((search) => search.close()))));
  const signal = new AbortController().signal;
  const small = '<a><b name="x">1</b><b id="y"> 2 </b><b>3</b></a>';
  const found = (search: ThreadedSearch, text = small, expressions = ['//b', 'sum(//b)', 'string(//b)', '//none']) =>
    search.search(text, expressions, MOST, signal);

  it('finds values, and nodes with their names', async () => {
    assert.deepEqual(await found(create()), {
      found: [
        {
          nodes: [
            { name: 'x', content: '1' },
            { name: 'y', content: '2' },
            { name: '', content: '3' },
          ],
        },
        { value: 6 },
        { value: '1' },
        { nodes: [] },
      ],
    });
  });

  it('says what is wrong with a document or an expression', async () => {
    const search = create();
    assert.deepEqual(await found(search, '<a>'), { badDocument: 'it is not well-formed' });
    assert.match(JSON.stringify(await found(search, '<!DOCTYPE a><a/>')), /badDocument.*DOCTYPE/);
    assert.match(JSON.stringify(await found(search, `<a>${'x'.repeat(MOST)}</a>`)), /badDocument.*too large/);
    assert.deepEqual(await found(search, small, ['//b', 'nothing(//b)']), { badExpression: 'nothing(//b)' });
    assert.deepEqual(await found(search, small, ['count(//b)']), { found: [{ value: 3 }] });
  });

  it('ends what takes too long, holds nobody up meanwhile, and goes on with the next', async () => {
    const search = create(300);
    await found(search);
    const flat = `<a>${'<b/><c/>'.repeat(200_000)}</a>`;
    let longestMs = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 5);
    const [slow, next] = await Promise.all([
      found(search, flat, ['//b[count(preceding::*) > 1]']),
      found(search, small, ['count(//b)']),
    ]);
    clearInterval(beat);
    assert.equal(slow, undefined);
    assert.deepEqual(next, { found: [{ value: 3 }] });
    assert.isBelow(longestMs, 250);
  });

  it('gives up what its caller has given up, waiting or at work', async () => {
    const search = create(5000);
    const flat = `<a>${'<b/><c/>'.repeat(5000)}</a>`;
    const over = new AbortController();
    const both = [flat, small].map((text) => search.search(text, ['//b[count(preceding::*) > 1]'], MOST, over.signal));
    const settled = Promise.allSettled(both);
    over.abort(new Error('enough'));
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual(await found(search, small, ['count(//b)']), { found: [{ value: 3 }] });
  });

  it('finds nothing any more when it is closed', async () => {
    const search = create();
    await search.close();
    assert.match(String(await found(search).catch((thrown: unknown) => thrown)), /no longer searched/);
  });
});
