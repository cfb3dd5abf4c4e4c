import { expect } from 'chai';
import fc from 'fast-check';
import { decodeMessage, type Message } from '../../../../src/xml/messages/decode.js';
import { encodeMessage } from '../../../../src/xml/messages/encode.js';
import { NAMESPACE, OPERATION_NAMES, OPERATIONS, type OperationName } from '../../../../src/xml/messages/operations.js';
import { readQuickly } from '../../../../src/xml/messages/quick.js';
import { messageSchema } from '../../../../src/xml/messages/validate.js';
import { parseXml } from '../../../../src/xml/parse.js';
import { content } from '../../../support/message-content.js';

const encode = encodeMessage as (operation: OperationName, direction: 'request' | 'answer', content: unknown) => string;
const quickly = (text: string, most = 20_000): Message | undefined => readQuickly(text, 0, text.length, most);

/** The schema and the decoder, as they take a message that nobody has read quickly. */
function slowly(text: string): Message | undefined {
  if (messageSchema().validate(text).length > 0) return undefined;
  return decodeMessage(parseXml(text));
}

const isQuick = (operation: OperationName, direction: 'request' | 'answer'): boolean => {
  const written = JSON.stringify(OPERATIONS[operation][direction === 'request' ? 'input' : 'output']);
  return !/"ptpStore"|"message"|"scalar":"value"/.test(written);
};

describe('messages read quickly', () => {
  for (const operation of OPERATION_NAMES) {
    for (const direction of ['request', 'answer'] as const) {
      const fields = OPERATIONS[operation][direction === 'request' ? 'input' : 'output'];
      it(`${operation}, its ${direction}: as the schema and the decoder take it`, () => {
        fc.assert(
          fc.property(content(fields), (one) => {
            const text = encode(operation, direction, one);
            const read = quickly(text);
            if (isQuick(operation, direction)) expect(read, text).not.to.equal(undefined);
            if (read) expect(read).to.deep.equal(slowly(text));
          }),
          { numRuns: 30 },
        );
      });
    }
  }

  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    /** Where a text begins, or anywhere. */
    inText: fc.boolean(),
    drop: fc.constantFrom(0, 0, 1, 3),
    put: fc.constantFrom(
      ...['', ' ', '<', '>', '/', '&', ';', '&amp;', '&#65;', '-', '+', 'INF', '\n', '\r', ']]>'],
      ...'a1b0e5.',
    ),
  });

  it('let nothing in that the schema does not, whatever is changed, and take it the same', () => {
    const names: OperationName[] = ['announce', 'assign', 'getNeighbors', 'getConfig', 'getAlarms'];
    const written = fc
      .constantFrom(...names)
      .chain((name) =>
        fc
          .boolean()
          .chain((asks) =>
            content(asks ? OPERATIONS[name].input : OPERATIONS[name].output).map((one) =>
              encode(name, asks ? 'request' : 'answer', one),
            ),
          ),
      );
    let taken = 0;
    fc.assert(
      fc.property(written, fc.array(edit, { minLength: 1, maxLength: 2 }), (text, edits) => {
        const changed = edits.reduce((now, { at, inText, drop, put }) => {
          const anywhere = Math.floor(at * now.length);
          const start = inText ? now.lastIndexOf('>', anywhere) + 1 : anywhere;
          return now.slice(0, start) + put + now.slice(start + drop);
        }, text);
        const read = quickly(changed);
        if (!read) return;
        taken += 1;
        expect(read).to.deep.equal(slowly(changed));
      }),
      { numRuns: 2_000 },
    );
    expect(taken).to.be.above(10);
  });

  const here = `xmlns="${NAMESPACE}"`;
  const left: [string, string][] = [
    ['a prefix', `<p:areYouThere xmlns:p="${NAMESPACE}"/>`],
    ['another namespace', '<areYouThere xmlns="urn:x"/>'],
    ['a further attribute', `<areYouThere ${here} a="1"/>`],
    ['a comment', `<pollNow ${here}><!-- --><element>a</element></pollNow>`],
    ['blanks between elements', `<pollNow ${here}> <element>a</element></pollNow>`],
    ['blanks in a number', `<getDevices ${here}><page> 1</page></getDevices>`],
    ['a reference that we do not write', `<pollNow ${here}><element>&#65;</element></pollNow>`],
    ['CDATA', `<pollNow ${here}><element><![CDATA[a]]></element></pollNow>`],
    ['a carriage return', `<pollNow ${here}><element>a\r</element></pollNow>`],
    ['an instruction behind', `<areYouThere ${here}/><?x?>`],
    ['a number too large', `<getDevices ${here}><page>9007199254740993</page></getDevices>`],
    ['an infinite number', `<getDevices ${here}><maxAge>1e999</maxAge></getDevices>`],
    ['an empty id', `<pollNow ${here}><element></element></pollNow>`],
    ['a missing field', `<pollNow ${here}></pollNow>`],
    ['nothing where something is needed', `<pollNow ${here}/>`],
    ['a field in the wrong place', `<getDevices ${here}><pageSize>1</pageSize><page>1</page></getDevices>`],
    ['a name of Object', `<constructor ${here}/>`],
    ['an end that is missing', `<pollNow ${here}><element>a</element>`],
    ['no text', ''],
  ];
  for (const [what, text] of left) it(`leave ${what} to the schema`, () => expect(quickly(text)).to.equal(undefined));

  it('leave more elements than are allowed to the schema', () => {
    const part = { part: 'a', due: 1, done: 1 };
    const message = (count: number) =>
      encode('coordinator', 'request', {
        sender: { id: 'a', identity: 'b', incarnation: 1 },
        to: 'c',
        beaten: {
          term: 1,
          heartbeat: { incarnation: 1, state: 'running', load: 0, due: 1, done: 1, parts: Array(count).fill(part) },
          roster: 1,
          wantsOffer: false,
          inOrder: true,
        },
      });
    expect(quickly(message(10))).not.to.equal(undefined);
    expect(quickly(message(10_000))).to.equal(undefined);
  });
});
