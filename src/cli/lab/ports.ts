/** Whether the ports that the managers will need are free. */
import { createServer } from 'node:net';
import { PtpError } from '../../base/errors.js';

/** @throws PtpError `Start.PortTaken`, naming the first that is not. */
export async function requireFreePorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const failure = await tryPort(port);
    if (failure) {
      throw new PtpError(
        'Start.PortTaken',
        `port ${port} on 127.0.0.1 is in use (${failure}); end what uses it, or take others with --port-base`,
      );
    }
  }
}

function tryPort(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}
