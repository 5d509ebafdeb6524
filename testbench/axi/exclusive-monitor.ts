/** The exclusive access monitor of a subordinate, one place for each identifier (Arm IHI 0022, A7.2). */
import type { BurstShape } from './transaction.ts';

interface Watched {
  readonly address: number;
  readonly beats: number;
  readonly size: number;
}

export class ExclusiveMonitor {
  private readonly watched = new Map<number, Watched>();

  reset(): void {
    this.watched.clear();
  }

  /** An exclusive read: its place is watched from now on. */
  watch(id: number, { address, beats, size }: BurstShape): void {
    this.watched.set(id, { address, beats, size });
  }

  /** Whether an exclusive write may be done: nobody has written there since. */
  holds(id: number, { address, beats, size }: BurstShape): boolean {
    const place = this.watched.get(id);
    return place?.address === address && place.beats === beats && place.size === size;
  }

  /** A byte is written: whoever watched it has lost. */
  written(address: number): void {
    if (this.watched.size === 0) return;
    for (const [id, place] of this.watched) {
      if (address >= place.address && address < place.address + place.beats * 2 ** place.size) this.watched.delete(id);
    }
  }
}
