/** `ptpmgr call URL OPERATION [name=value...]` */
import { readFileSync } from 'node:fs';
import { PtpError } from '../../base/errors.js';
import { systemClock, systemRandom } from '../../base/system-env.js';
import { isRepeatable } from '../../peer/client/repeating.js';
import {
  type Input,
  isOperation,
  OPERATION_NAMES,
  OPERATIONS,
  type OperationName,
} from '../../xml/messages/operations.js';
import { alternatives, nearest } from '../../xml/xsd-model.js';
import { readEnvelope, type SoapFault } from '../call/envelope.js';
import { type Content, parseParameters } from '../call/parameters.js';
import type { SoapCaller, SoapOptions } from '../call/soap-call.js';
import {
  type AccountOptions,
  parseTarget,
  readAccount,
  shuffled,
  type Target,
  withAccountOptions,
} from '../call/target.js';
import type { CommandParts } from '../command-parts.js';
import { CommandFailure, EXIT, oneLine, usageFailure } from '../failure.js';
import { wholeNumber } from '../options.js';
import type { Terminal } from '../terminal.js';

interface Options extends AccountOptions {
  readonly pool?: string;
  readonly soap12?: boolean;
  readonly timeout: number;
}

const EXAMPLES = `
Values: @FILE takes a file's text, @@ begins with a real @; times are 2026-11-30T22:00:00Z, now, or -1h.
Parts of records are named with dots, lists are repeated names.

Examples:
  ptpmgr call http://127.0.0.1:18080/ptpmgr/eim getStatus scope=pool
  ptpmgr call http://127.0.0.1:18081/ptpmgr/em getSamples element=device/core1 metric=ifHCInOctets.rate from=-1h to=now step=300
  ptpmgr call http://127.0.0.1:18081/ptpmgr/em checkConfig config=@em1.xml --user admin --password-file pw
  ptpmgr call --pool http://a:8080/ptpmgr/em,http://b:8080/ptpmgr/em areYouThere`;

export function addCall({ program, terminal }: CommandParts): void {
  const command = program
    .command('call')
    .argument('<url>', 'manager, such as http://127.0.0.1:18080/ptpmgr/eim (may be left out with --pool)')
    .argument('[operation]', 'operation')
    .argument('[parameters...]', 'name=value')
    .option('--pool <urls>', 'managers, with commas: one is asked at random, the next when it cannot be reached')
    .option('--soap12', 'speak SOAP 1.2 instead of 1.1')
    .option('--timeout <seconds>', 'for the answer', wholeNumber(1, 3600), 30)
    .description("call any operation of the peer-to-peer interface and print the answer's XML")
    .addHelpText('after', EXAMPLES);
  withAccountOptions(command).action(
    (url: string, operation: string | undefined, parameters: string[], options: Options) =>
      call([url, ...(operation === undefined ? [] : [operation]), ...parameters], options, terminal),
  );
}

async function call(
  words: readonly string[],
  { pool, soap12 = false, timeout, ...account }: Options,
  terminal: Terminal,
): Promise<void> {
  const listed = pool?.split(',').filter(Boolean) ?? [];
  const named = listed.length > 0 && !words[0]?.includes('://') ? [] : words.slice(0, 1);
  const [operation, ...parameters] = words.slice(named.length);
  const targets = [...new Map([...named, ...listed].map((url) => [url, parseTarget(url)])).values()];
  const name = knownOperation(operation);
  const content = parseParameters(parameters, OPERATIONS[name].input, name, { readFile, nowMs: systemClock.now() });
  const signedIn = readAccount(account, terminal.environment);
  const options = { soap12, timeoutMs: timeout * 1000, ...(signedIn ? { account: signedIn } : {}) };
  const order = listed.length > 0 ? shuffled(targets, systemRandom) : targets;
  const answer = readEnvelope(await askFirst(order, name, content, options));
  if ('fault' in answer) throw new CommandFailure(EXIT.failed, [faultLine(answer.fault)]);
  terminal.print(answer.xml);
}

function knownOperation(name: string | undefined): OperationName {
  if (name === undefined) throw usageFailure(`ptpmgr: an operation is missing; there is ${OPERATION_NAMES.join(', ')}`);
  if (isOperation(name)) return name;
  const near = nearest(name, OPERATION_NAMES);
  throw usageFailure(
    `ptpmgr: there is no operation ${oneLine(name)}; ${near ? `did you mean ${near}?` : `there is ${alternatives(OPERATION_NAMES, 50)}`}`,
  );
}

/**
 * Asks one after the other until one is there. What was sent to one that has gone since is sent to another where that does
 * no harm: what changes something may have been done.
 */
async function askFirst(
  targets: readonly Target[],
  operation: OperationName,
  content: Content,
  options: SoapOptions,
): Promise<string> {
  const { SoapCaller: Caller } = await import('../call/soap-call.js');
  // As the parameters were read by the table of messages.
  const isHarmless = isRepeatable(operation, content as Input<OperationName>);
  const failures: PtpError[] = [];
  for (const target of targets) {
    let caller: SoapCaller | undefined;
    try {
      caller = await Caller.open(target, options);
      return await caller.call(operation, content);
    } catch (thrown) {
      const mayGoOn = thrown instanceof PtpError && thrown.retryable && (caller === undefined || isHarmless);
      if (!mayGoOn) throw thrown;
      failures.push(thrown);
    }
  }
  throw new CommandFailure(
    EXIT.failed,
    failures.map((failure) => `ptpmgr: ${failure.message}`),
  );
}

export function faultLine({ code, message, path, line, column }: SoapFault): string {
  const place = [path, line && `line ${line}`, column && `column ${column}`].filter(Boolean).join(', ');
  return `ptpmgr: ${oneLine(code)}${place ? ` at ${oneLine(place)}` : ''}: ${oneLine(message)}`;
}

function readFile(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw usageFailure(
      `ptpmgr: ${path} cannot be read (${cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'}); @@ stands for a leading @`,
    );
  }
}
