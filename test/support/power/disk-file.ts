/** A file of which some is on disk and some is not yet. */

/** What a disk writes whole or not at all. */
const SECTOR = 512;

interface Change {
  readonly offset: number;
  /** Absent: the file ends at the offset. */
  readonly bytes?: Buffer;
}

export class DiskFile {
  readonly #synced: Content;
  #changes: Change[] = [];

  constructor(content: Buffer = Buffer.alloc(0)) {
    this.#synced = new Content(content);
  }

  write(offset: number, bytes: Buffer): void {
    this.#changes.push({ offset, bytes });
  }

  cut(size: number): void {
    this.#changes.push({ offset: size });
  }

  sync(): void {
    for (const change of this.#changes) this.#synced.apply(change);
    this.#changes = [];
  }

  /** What is on disk when the power is gone. @param isThere Asked for each sector of what is not synced. */
  after(isThere: () => boolean): Buffer {
    const content = new Content(this.#synced.bytes);
    for (const { offset, bytes } of this.#changes) {
      if (!bytes) {
        if (isThere()) content.apply({ offset });
        continue;
      }
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + SECTOR - ((offset + at) % SECTOR));
        if (isThere()) content.apply({ offset: offset + at, bytes: bytes.subarray(at, end) });
        at = end;
      }
    }
    return content.bytes;
  }
}

class Content {
  #buffer: Buffer;
  #size: number;

  constructor(bytes: Buffer) {
    this.#buffer = Buffer.from(bytes);
    this.#size = bytes.length;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  apply({ offset, bytes }: Change): void {
    const end = offset + (bytes?.length ?? 0);
    if (end > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(end, 2 * this.#buffer.length));
      this.bytes.copy(larger);
      this.#buffer = larger;
    }
    // What lies between the old end and a later write is zeros.
    if (offset > this.#size) this.#buffer.fill(0, this.#size, offset);
    if (bytes) bytes.copy(this.#buffer, offset);
    this.#size = bytes ? Math.max(this.#size, end) : offset;
  }
}
