/** `ptpmgr check FILE...` */
import { packagePath } from '../../base/paths.js';
import { EXIT, faultLines } from '../failure.js';
import type { CommandParts } from '../program.js';

export function addCheck({ program, terminal, endWith }: CommandParts): void {
  program
    .command('check')
    .argument('<file...>', 'configuration files')
    .description('validate configurations; prints one file:line:column: message for each fault')
    .addHelpText('after', '\nExample:\n  ptpmgr check em1.xml em2.xml && echo fine')
    .action(async (files: string[]) => {
      const { loadSettings } = await import('../../config/load.js');
      for (const file of files) {
        const { faults, warnings } = await loadSettings(file, {
          environment: terminal.environment,
          deviceTypesDir: packagePath('config', 'device-types'),
        });
        for (const line of faultLines(file, faults)) terminal.print(line);
        for (const line of faultLines(file, warnings, 'warning: ')) terminal.complain(line);
        if (faults.length > 0) endWith(EXIT.usage);
      }
    });
}
