/** The package `soap` for Node against the served WSDL, through which other Node programs are likely to come. */
import { createClientAsync } from 'soap';
import { type CallResult, type ClientOutput, describeForeignClient, type Plan } from './foreign/suite.js';

describe('SOAP from Node (soap)', () => {
  describeForeignClient({ name: 'soap', run: runNodeSoap });
});

async function runNodeSoap(plan: Plan): Promise<ClientOutput> {
  const client = await createClientAsync(plan.wsdl, { forceSoap12Headers: plan.version === '1.2', disableCache: true });
  client.setEndpoint(plan.endpoint);
  const results: CallResult[] = [];
  for (const { operation, input } of plan.calls) {
    try {
      const [answer] = (await client[`${operation}Async`](withoutMarks(input))) as unknown[];
      results.push({ answer: answer ?? {} });
    } catch (error) {
      results.push(failure(error));
    }
  }
  return { operations: operationNames(client.describe()), results };
}

const MARKS: Readonly<Record<string, string>> = { $attributes: 'attributes', $text: '$value' };

/** It writes times as they are told, and all that is within a message in the namespace of that, unless it is told another. */
function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (typeof value !== 'object' || value === null) return value;
  if ('$time' in value) return value.$time;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      MARKS[name] ?? name,
      name === 'PTP_STORE' ? inNoNamespace(one) : withoutMarks(one),
    ]),
  );
}

const inNoNamespace = (store: unknown) => ({ attributes: { xmlns: '' }, ...Object(withoutMarks(store)) });

/** Service, port, operation. */
function operationNames(description: Record<string, Record<string, object>>): string[] {
  return Object.values(description).flatMap((ports) =>
    Object.values(ports).flatMap((operations) => Object.keys(operations)),
  );
}

interface NodeSoapFault {
  readonly faultcode?: string;
  readonly faultstring?: string | { readonly $value?: string };
  readonly detail?: { readonly Fault?: Record<string, unknown> };
  readonly Code?: {
    readonly Value?: string;
    readonly Subcode?: { readonly Value?: string | { readonly $value?: string } };
  };
  readonly Reason?: { readonly Text?: string | { readonly $value?: string } };
  readonly Detail?: { readonly Fault?: Record<string, unknown> };
}

function failure(error: unknown): CallResult {
  const { root, response, message } = error as {
    root?: { Envelope?: { Body?: { Fault?: NodeSoapFault } } };
    response?: { status?: number };
    message?: string;
  };
  const fault = root?.Envelope?.Body?.Fault;
  if (!fault) return { error: message ?? String(error) };
  const text = (value: unknown): string =>
    typeof value === 'object' && value !== null && '$value' in value ? String(value.$value) : String(value ?? '');
  const detail = Object.entries(fault.detail?.Fault ?? fault.Detail?.Fault ?? {});
  return {
    status: response?.status ?? null,
    fault: {
      code: text(fault.faultcode ?? fault.Code?.Value),
      subcodes: fault.Code ? [text(fault.Code.Subcode?.Value)] : [],
      message: text(fault.faultstring ?? fault.Reason?.Text),
      detail: Object.fromEntries(detail.map(([name, value]) => [name, text(value)])),
    },
  };
}
