/** The cutter of encrypted reads. Source: `docs/systems/memory-path.md`, "Reads". */
import { type Request, Walk } from './bursts.ts';

export class Cutter {
  active = false;
  id = 0;
  channel = 0;
  key = 0;
  poisoned = false;
  readonly walk = new Walk();
  readonly rest = new Uint32Array(5);

  reset(): void {
    this.active = false;
  }

  /** Whether the next piece is the burst's last. */
  get last(): boolean {
    return this.walk.piece().beats === this.walk.left;
  }

  load(request: Request, channel: number, key: number): void {
    this.active = true;
    this.poisoned = false;
    this.id = request.id;
    this.channel = channel;
    this.key = key;
    this.rest.set(request.rest);
    this.walk.begin(request);
  }

  /** The edge at which its next piece is launched. */
  launched(): void {
    const { beats, last } = this.walk.piece();
    this.walk.pass(beats, last);
    this.active = this.walk.left > 0;
  }
}
