/** `ptpmgr test FILE ELEMENT` */
import { dirname, resolve } from 'node:path';
import type { AccessMethod } from '../../access/access.js';
import { systemEnv } from '../../base/system-env.js';
import type { Settings } from '../../config/settings.js';
import { tryAccess } from '../../manager/collector/try-access.js';
import { ACCESS_METHODS, type AccessSpec, type ManagedElement } from '../../model/element.js';
import type { CommandParts } from '../command-parts.js';
import { CommandFailure, EXIT, faultLines, usageFailure } from '../failure.js';
import { DEVICE_TYPES, loadConfiguration } from '../load-configuration.js';
import { oneOf } from '../options.js';
import type { Terminal } from '../terminal.js';
import { accessToTry, describeAnswer, findElement } from '../test-access.js';

interface Options {
  readonly method?: string;
}

export function addTest({ program, terminal, endWith }: CommandParts): void {
  program
    .command('test')
    .argument('<file>', 'configuration file')
    .argument('<element>', 'device/ID, service/ID, application/ID, or the bare ID')
    .option('--method <method>', `only this one of ${ACCESS_METHODS.join(', ')}`, oneOf(ACCESS_METHODS))
    .description("try an element's access once and print what came back")
    .addHelpText('after', '\nExample:\n  ptpmgr test em1.xml core1 --method snmp')
    .action(async (file: string, element: string, options: Options) => {
      const fine = await test(file, element, options, terminal);
      if (!fine) endWith(EXIT.failed);
    });
}

async function test(file: string, named: string, { method }: Options, terminal: Terminal): Promise<boolean> {
  const { settings, faults } = await loadConfiguration(file, true, terminal);
  if (!settings) throw new CommandFailure(EXIT.usage, faultLines(file, faults));
  const element = findElement(settings.elements, named);
  const chosen = element.access.filter((access) => method === undefined || access.method === method);
  if (chosen.length === 0) {
    const has = [...new Set(element.access.map((access) => access.method))].join(', ');
    throw usageFailure(
      `ptpmgr: ${element.name} has no access${method === undefined ? '' : ` by ${method}; it has ${has || 'none'}`}`,
    );
  }
  const env = systemEnv('error');
  const { loadDeviceTypes } = await import('../../config/device-types.js');
  const { createAccessMethods } = await import('../../access/methods.js');
  const deviceTypes = [...settings.deviceTypes, ...(await loadDeviceTypes(DEVICE_TYPES))];
  const methods = createAccessMethods({
    env,
    configDir: dirname(resolve(file)),
    deviceTypes: () => deviceTypes,
  });
  let fine = true;
  try {
    for (const access of chosen) {
      const lines = await tryOne(element, access, settings, methods.get(access.method));
      for (const line of lines.text) terminal.print(line);
      fine &&= lines.ok;
    }
  } finally {
    await Promise.all([...methods.values()].map((one) => one.close()));
  }
  return fine;

  async function tryOne(
    of: ManagedElement,
    access: AccessSpec,
    { credentials }: Settings,
    by: AccessMethod | undefined,
  ): Promise<{ readonly ok: boolean; readonly text: readonly string[] }> {
    const { via } = access;
    const title = `${of.name} by ${access.method}${via === undefined ? '' : ` (from here; a manager asks ${via})`}`;
    if (!by) return { ok: false, text: [`${title}: this version cannot use that method yet`] };
    const credential = access.credential === undefined ? undefined : credentials.get(access.credential);
    const tried = accessToTry(access);
    const request = { element: of, access: tried, ...(credential ? { credential } : {}) };
    const outcome = await tryAccess(by, request, env.clock, new AbortController().signal);
    if (!outcome.ok) return { ok: false, text: [`${title}: ${outcome.error.message}`] };
    const { readings, events } = outcome.answer;
    const counts = `${readings.length} values, ${events.length} events in ${Math.round(outcome.responseMs)} ms`;
    return { ok: true, text: [`${title}: ${counts}`, ...describeAnswer(outcome.answer, access)] };
  }
}
