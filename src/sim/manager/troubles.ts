/** When managers were down, stood still or were slow. */
export class Troubles {
  private readonly of = new Map<string, { open: number; endedMs: number }>();

  constructor(private readonly nowMs: () => number) {}

  begin(id: string): void {
    const known = this.of.get(id);
    if (known) known.open += 1;
    else this.of.set(id, { open: 1, endedMs: Number.NEGATIVE_INFINITY });
  }

  end(id: string): void {
    const known = this.of.get(id);
    if (!known) return;
    known.open = Math.max(0, known.open - 1);
    known.endedMs = this.nowMs();
  }

  /** Whether there was any at or after a moment. */
  since(id: string, sinceMs: number): boolean {
    const known = this.of.get(id);
    return known !== undefined && (known.open > 0 || known.endedMs >= sinceMs);
  }

  endedMs(id: string): number {
    return this.of.get(id)?.endedMs ?? Number.NEGATIVE_INFINITY;
  }
}
