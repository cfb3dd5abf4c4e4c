/**
 * What every client in another language must be able to do with the served WSDL: call each operation in SOAP 1.1 and
 * 1.2, with lists of none, one and many, and be told clearly what was wrong.
 */
import { expect } from 'chai';
import { ERRORS, PtpError } from '../../../src/base/errors.js';
import type { SoapVersion } from '../../../src/peer/message-service.js';
import { NAMESPACE, OPERATION_NAMES, OPERATIONS, type OperationName } from '../../../src/xml/messages/operations.js';
import { asPlan, encodeAny, expected, normalized } from './as-client-sees.js';
import { type Content, content, HOSTILE, SIZES, type Size } from './content.js';
import { type Fixture, startFixture } from './fixture.js';

export interface Plan {
  readonly wsdl: string;
  readonly endpoint: string;
  readonly version: SoapVersion;
  readonly calls: readonly PlannedCall[];
}

export interface PlannedCall {
  readonly operation: OperationName;
  /** As JSON can tell it. */
  readonly input: Content;
  /** The same as the request's element, for clients that are told in XML. */
  readonly xml: string;
}

/** What a client printed about one call: exactly one of answer, fault and error. */
export interface CallResult {
  /** HTTP status, where the client knows it. */
  readonly status?: number | null;
  readonly answer?: unknown;
  readonly fault?: {
    readonly code: string;
    readonly subcodes?: readonly string[];
    readonly message: string;
    readonly detail: Readonly<Record<string, unknown>>;
  };
  readonly error?: string;
}

export interface ClientOutput {
  /** What the client found in the WSDL. */
  readonly operations: readonly string[];
  readonly results: readonly CallResult[];
}

export interface ForeignClient {
  readonly name: string;
  run(plan: Plan): Promise<ClientOutput>;
  /** It knows the schema's bounds itself and does not even send what breaks them. */
  readonly checksBounds?: boolean;
}

interface FaultCase {
  readonly title: string;
  /** The element that is to be polled. */
  readonly element: string;
  /** What the handler throws; without it the message itself is wrong. */
  readonly thrown?: unknown;
  readonly code: keyof typeof ERRORS;
  readonly path: string;
  readonly says: RegExp;
}

const FAULTS: readonly FaultCase[] = [
  {
    title: 'of the caller, with its path',
    element: 'device/nowhere',
    thrown: new PtpError('Client.NotFound', `no element ${HOSTILE}`, { place: { path: '/pollNow/element' } }),
    code: 'Client.NotFound',
    path: '/pollNow/element',
    says: /^no element <\/x><b a="1">&amp; \]\]>/,
  },
  {
    title: 'of a message against the schema',
    element: 'x'.repeat(2_000),
    code: 'Client.Validation',
    path: 'element',
    says: /1,?024/,
  },
  {
    title: 'of the server, that may pass',
    element: 'device/a',
    thrown: new PtpError('Server.Busy', 'too many requests; try again in 5 s'),
    code: 'Server.Busy',
    path: '',
    says: /^too many requests/,
  },
  {
    title: 'that is a defect, without its text',
    element: 'device/a',
    thrown: new Error('secret place in the code'),
    code: 'Server.Internal',
    path: '',
    says: /^(?!.*secret)/,
  },
];

interface Call {
  readonly operation: OperationName;
  readonly size: Size;
}
const CALLS: readonly Call[] = OPERATION_NAMES.flatMap((operation) => SIZES.map((size) => ({ operation, size })));

/** Registers the tests of one client, within a `describe` that has said which counterparts it needs. */
export function describeForeignClient(client: ForeignClient): void {
  for (const version of ['1.1', '1.2'] as const) {
    describe(`${client.name}, SOAP ${version}`, function () {
      this.timeout(120_000);
      let fixture: Fixture;
      let output: ClientOutput;

      before('calls everything', async () => {
        fixture = await startFixture();
        for (const { operation, size } of CALLS)
          fixture.answers.push({ content: content(OPERATIONS[operation].output, size) });
        for (const { thrown } of FAULTS) if (thrown !== undefined) fixture.answers.push({ thrown });
        const calls = [
          ...CALLS.map(({ operation, size }) => {
            const { input } = OPERATIONS[operation];
            const made = content(input, size);
            return {
              operation,
              input: asPlan(input, made),
              xml: encodeAny(operation, 'request', made),
            };
          }),
          ...FAULTS.map(({ element }) => ({
            operation: 'pollNow' as const,
            input: { element },
            xml: `<pollNow xmlns="${NAMESPACE}"><element>${element}</element></pollNow>`,
          })),
        ];
        output = await client.run({ wsdl: fixture.wsdl, endpoint: fixture.endpoint, version, calls });
      });
      after(() => fixture?.stop());

      it('finds every operation', () => {
        expect([...new Set(output.operations)].sort()).to.deep.equal([...OPERATION_NAMES].sort());
      });

      for (const [at, { operation, size }] of CALLS.entries()) {
        it(`${operation}, ${size}`, () => {
          const { input, output: answer } = OPERATIONS[operation];
          const result = output.results[at];
          expect(result?.error ?? result?.fault, 'what went wrong').to.equal(undefined);
          expect(fixture.calls[at]?.operation).to.equal(operation);
          expect(expected(input, fixture.calls[at]?.input), 'what arrived').to.deep.equal(
            expected(input, content(input, size)),
          );
          expect(normalized(answer, result?.answer), 'what came back').to.deep.equal(
            expected(answer, content(answer, size)),
          );
        });
      }

      for (const [at, { title, code, path, says }] of FAULTS.entries()) {
        it(`shows a fault ${title}`, () => {
          const result = output.results[CALLS.length + at];
          if (client.checksBounds && code === 'Client.Validation') return expect(result?.error).to.be.a('string');
          const fault = result?.fault;
          if (!fault) return expect.fail(`no fault but ${JSON.stringify(result)}`);
          expect(String(fault.detail.code)).to.equal(code);
          expect(fault.message).to.match(says);
          expect(String(fault.detail.message)).to.match(says);
          expect(String(fault.detail.path ?? '')).to.contain(path);
          const side = ERRORS[code].fault.startsWith('Client') ? 'Sender' : 'Receiver';
          expect(fault.code).to.match(version === '1.1' ? new RegExp(`(^|:)${code}$`) : new RegExp(`(^|:)${side}$`));
          if (version === '1.2' && fault.subcodes) expect(fault.subcodes.join()).to.contain(code);
          if (typeof result?.status === 'number') {
            expect(result.status).to.equal(version === '1.2' && side === 'Sender' ? 400 : 500);
          }
        });
      }
    });
  }
}
