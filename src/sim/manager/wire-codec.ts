/** Messages of the pool as the bytes that they are between real managers. */
import { invariant } from '../../base/errors.js';
import { fromOperation } from '../../manager/pool/wire/from-operation.js';
import { isPoolOperation, type WireMessage } from '../../manager/pool/wire/operations.js';
import { toOperation } from '../../manager/pool/wire/to-operation.js';
import type { PoolEnvelope } from '../../pool/node/messages.js';
import { decodeMessage } from '../../xml/messages/decode.js';
import { encodeMessage } from '../../xml/messages/encode.js';
import { readQuickly } from '../../xml/messages/quick.js';
import { parseXml } from '../../xml/parse.js';
import type { Codec } from '../codec.js';

const MOST_ELEMENTS = 1_000_000;

export const wireCodec: Codec<PoolEnvelope> = {
  encode: (envelope) => {
    const { operation, input } = toOperation(envelope);
    return Buffer.from(encodeMessage(operation, 'request', input), 'utf8');
  },
  decode: (bytes) => {
    const text = Buffer.from(bytes).toString('utf8');
    const { operation, content } = readQuickly(text, 0, text.length, MOST_ELEMENTS) ?? decodeMessage(parseXml(text));
    invariant(isPoolOperation(operation), 'only messages of the pool pass between simulated managers');
    // Made from the fields of this very operation.
    return fromOperation({ operation, input: content } as WireMessage);
  },
};
