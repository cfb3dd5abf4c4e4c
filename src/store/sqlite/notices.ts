/** Notifications that wait to be sent, written and read. */
import type { NoticeChange, WaitingNotice } from '../store.js';
import { asNumber, asText, type Connection, storable } from './driver.js';

export function changeNotices({ prepare }: Connection, { put, removed }: NoticeChange): void {
  for (const id of removed) prepare('DELETE FROM notice WHERE id = ?').run(id);
  for (const { id, destination, body } of put)
    prepare('INSERT OR REPLACE INTO notice (id, destination, body) VALUES (?, ?, ?)').run(
      id,
      storable(destination),
      storable(body),
    );
}

export const loadNotices = ({ prepare }: Connection, after: number, limit: number): readonly WaitingNotice[] =>
  prepare('SELECT id, destination, body FROM notice WHERE id > ? ORDER BY id LIMIT ?')
    .rows(after, limit)
    .map(([id, destination, body]) => ({
      id: asNumber(id),
      destination: asText(destination),
      body: asText(body),
    }));
