/** `ptpmgr check FILE...` */

import type { CommandParts } from '../command-parts.js';
import { EXIT, faultLines } from '../failure.js';
import { loadConfiguration } from '../load-configuration.js';

export function addCheck({ program, terminal, endWith }: CommandParts): void {
  program
    .command('check')
    .argument('<file...>', 'configuration files')
    .description('validate configurations; prints one file:line:column: message for each fault')
    .addHelpText('after', '\nExample:\n  ptpmgr check em1.xml em2.xml && echo fine')
    .action(async (files: string[]) => {
      for (const file of files) {
        const { faults, warnings } = await loadConfiguration(file, false, terminal);
        for (const line of faultLines(file, faults)) terminal.print(line);
        for (const line of faultLines(file, warnings, 'warning: ')) terminal.complain(line);
        if (faults.length > 0) endWith(EXIT.usage);
      }
    });
}
