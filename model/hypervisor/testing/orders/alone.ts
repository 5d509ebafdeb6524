/**
 * Who can go on alone: whose next steps touch nothing that any other may touch from where it is on. Then all others can as well go on later, and
 * nobody's but that party's steps need be begun with (persistent sets: Godefroid, 1996). What parties may touch is taken from the recording,
 * which is complete when all that is begun with has been gone through without its growing where that was relied on.
 */
import type { Footprint } from './footprints.ts';
import { isPossible, type Position } from './position.ts';
import type { Point, Recording } from './recording.ts';

interface Near {
  readonly things: number;
  readonly footprint: Footprint;
  readonly met: Footprint;
}

export class Alone {
  readonly #recording: Recording;
  readonly #near = new WeakMap<Point, Near>();
  readonly #pending = new WeakMap<Point, Footprint>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** A party that can go on alone, if there is one. */
  at(position: Position): number | undefined {
    const { points, waits } = position;
    const futures = points.map((point) => point.future | this.#pendingAt(point));
    const waking = waits.reduce((sum, { key }) => sum | this.#recording.footprints.ofWake(key), 0n);
    for (const [party, point] of points.entries()) {
      if (point.pending.length === 0 || !point.pending.every((ask) => isPossible(position, ask))) continue;
      if (waits.some((wait) => wait.party === party)) continue;
      const { footprint, met } = this.#nearOf(point);
      if ((footprint & waking) !== 0n) continue;
      if (futures.some((future, other) => other !== party && (met & future) !== 0n)) continue;
      point.nearRelied = true;
      for (const other of points) if (other !== point) other.futureRelied |= footprint;
      return party;
    }
    return undefined;
  }

  #pendingAt(point: Point): Footprint {
    const known = this.#pending.get(point) ?? this.#recording.pendingAt(point);
    this.#pending.set(point, known);
    return known;
  }

  /** Before a party waits again. */
  #nearOf(point: Point): Near {
    const { footprints } = this.#recording;
    const footprint = point.near | this.#pendingAt(point);
    const known = this.#near.get(point);
    if (known?.footprint === footprint && known.things === footprints.size) return known;
    const near = { things: footprints.size, footprint, met: footprints.metBy(footprint) };
    this.#near.set(point, near);
    return near;
  }
}
