/** The configuration, seen and checked from outside: getConfig, checkConfig, and what adds elements to it. */
import type { Handlers } from '../../peer/peer.js';
import type { ManagerCore } from '../core.js';

export function configurationHandlers(core: ManagerCore): Handlers {
  return {
    ...core.configuration.furtherHandlers,

    async getConfig() {
      const { configuration, settings } = core;
      return { config: configuration.maskedText, version: settings.fingerprint, fault: configuration.fault };
    },

    checkConfig: ({ config }) => core.configuration.check(config),
  };
}
