/** `/config`: the file in force, secrets masked, and why a newer one was refused. */
import type { PageContent } from '../page-data.js';
import type { ViewContext } from './view.js';

export async function config(context: ViewContext): Promise<PageContent> {
  const content = await context.ask('getConfig', {});
  return {
    sheet: 'config',
    title: 'Configuration',
    answers: [{ operation: 'getConfig', content }],
    own: { LINE: content.config.split(/\r?\n/).map((text, index) => ({ number: index + 1, text })) },
  };
}
