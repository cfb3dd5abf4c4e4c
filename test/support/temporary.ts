/** Folders that live as long as the test run; after a failure they are kept, and their paths printed. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './processes.js'; // whose hook comes first then: programs end before their folders go

const folders: string[] = [];
const failure = { seen: false };

/** A new folder that daemons under another user can enter, too. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `ptpmgr-test-${name}-`));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

afterEach('notes failures', function () {
  if (this.currentTest?.state === 'failed') failure.seen = true;
});

after('removes temporary folders', () => {
  const made = folders.splice(0);
  if (failure.seen && made.length > 0) process.stderr.write(`kept because a test failed: ${made.join(' ')}\n`);
  else for (const folder of made) rmSync(folder, { recursive: true, force: true });
});
