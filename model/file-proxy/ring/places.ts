import { placeUnit } from './layout.ts';

interface Stretch {
  readonly from: number;
  readonly to: number;
}

const rounded = (bytes: number): number => Math.ceil(bytes / placeUnit) * placeUnit;

/** Which bytes behind the ring page are free. The lowest stretch that is long enough is taken first. */
export class Places {
  private free: readonly Stretch[];
  constructor(bytes: number) {
    this.free = [{ from: 0, to: bytes }];
  }
  /** Where so many bytes may lie; null while they are not free. */
  take(bytes: number): number | null {
    const length = rounded(bytes);
    const found = this.free.find(({ from, to }) => to - from >= length);
    if (found === undefined) return null;
    const rest = { from: found.from + length, to: found.to };
    this.free = this.free.flatMap((one) => (one !== found ? [one] : rest.from < rest.to ? [rest] : []));
    return found.from;
  }
  giveBack(place: number, bytes: number): void {
    let [from, to] = [place, place + rounded(bytes)];
    const apart = this.free.filter((one) => {
      if (one.to !== from && one.from !== to) return true;
      [from, to] = [Math.min(from, one.from), Math.max(to, one.to)];
      return false;
    });
    this.free = [...apart, { from, to }].sort((a, b) => a.from - b.from);
  }
}
