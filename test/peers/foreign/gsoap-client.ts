/**
 * A C++ client that gSOAP generates from the served WSDL, and a small driver around it.
 *
 * The driver reads a request element from a file into the generated classes, sends it through the generated stub, and
 * writes what came back, again through the generated classes, into another file.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMessage } from '../../../src/xml/messages/decode.js';
import { NAMESPACE } from '../../../src/xml/messages/operations.js';
import { parseXml } from '../../../src/xml/parse.js';
import { runProcess } from '../../support/processes.js';
import { temporaryFolder } from '../../support/temporary.js';
import { driverSource, type Stub, stubsOf } from './gsoap-driver.js';
import type { CallResult, ClientOutput, Plan } from './suite.js';

/** Times with parts of a second need one of gSOAP's own extensions. */
const TYPEMAP = `ptp = "${NAMESPACE}"\nxsd__dateTime = #import "custom/struct_timeval.h" | xsd__dateTime\n`;
const SHARE = '/usr/share/gsoap';
const COMPILE_MS = 300_000;

export class GsoapClient {
  readonly #folder = temporaryFolder('gsoap');
  #stubs: readonly Stub[] = [];

  /** Generates and compiles. The one program speaks both versions of SOAP. */
  async build(wsdl: string): Promise<void> {
    writeFileSync(join(this.#folder, 'typemap.dat'), TYPEMAP);
    await this.#run('wsdl2h', '-t', 'typemap.dat', '-o', 'ptp.h', wsdl);
    await this.#run('soapcpp2', '-C', '-L', '-x', '-w', `-I${SHARE}:${SHARE}/import`, 'ptp.h');
    const nsmap = readdirSync(this.#folder).find((name) => name.endsWith('.nsmap'));
    this.#stubs = stubsOf(readFileSync(join(this.#folder, 'soapStub.h'), 'utf8'));
    writeFileSync(join(this.#folder, 'driver.cpp'), driverSource(this.#stubs, nsmap ?? 'soap.nsmap'));
    const sources = ['driver.cpp', 'soapC.cpp', 'soapClient.cpp', `${SHARE}/custom/struct_timeval.c`];
    await this.#run('g++', '-O0', '-w', '-I.', `-I${SHARE}`, ...sources, '-lgsoap++', '-o', 'driver');
  }

  async run(plan: Plan): Promise<ClientOutput> {
    const files = plan.calls.map(({ operation, xml }, at) => {
      writeFileSync(join(this.#folder, `${at}.in`), xml);
      return [operation, `${at}.in`, `${at}.out`];
    });
    const output = await this.#run('./driver', plan.version === '1.2' ? '2' : '1', plan.endpoint, ...files.flat());
    const outcomes = output.split('\n');
    return {
      operations: this.#stubs.map((stub) => stub.operation),
      results: plan.calls.map((_, at) => this.#result(at, outcomes[at] ?? 'nothing')),
    };
  }

  /** An outcome is a word, gSOAP's own error number and the HTTP status. */
  #result(at: number, outcome: string): CallResult {
    const said = readFileSync(join(this.#folder, `${at}.out`), 'utf8');
    if (outcome.startsWith('ok')) return { answer: decodeMessage(parseXml(said)).content };
    if (!outcome.startsWith('fault')) return { error: `${outcome}: ${said}` };
    const [code = '', subcode = '', message = '', detailCode, path, detailMessage] = said.split('\u0001');
    return {
      fault: { code, subcodes: [subcode], message, detail: { code: detailCode, path, message: detailMessage } },
    };
  }

  async #run(program: string, ...args: string[]): Promise<string> {
    const result = await runProcess(program, args, { cwd: this.#folder, timeoutMs: COMPILE_MS });
    if (result.code === 0) return result.stdout;
    throw new Error(`${program} ended with ${result.code ?? result.signal}:\n${result.output.slice(0, 4000)}`);
  }
}
