import type { PortSlot } from '../../rtl/hdl/port-layout.ts';

type Channel = 'aw' | 'w' | 'b' | 'ar' | 'r';
type HandshakeRule = `${Channel}_${'reset' | 'valid_stays' | 'payload_stays'}`;

/** Valid and payload of one channel (A3.1.2, A3.2.1). */
export class ChannelChecker {
  private readonly valid: number;
  private readonly ready: number;
  private readonly fromManager: boolean;
  private readonly places: Uint32Array;
  private readonly held: Uint32Array;
  private waiting = false;
  private readonly rules: Readonly<Record<'reset' | 'valid' | 'payload', HandshakeRule>>;
  private readonly report: (rule: HandshakeRule) => void;

  constructor(
    channel: Channel,
    valid: number,
    ready: number,
    payload: readonly PortSlot[],
    report: (rule: HandshakeRule) => void,
  ) {
    this.valid = valid;
    this.ready = ready;
    this.fromManager = channel !== 'b' && channel !== 'r';
    this.places = Uint32Array.from(
      payload.flatMap(({ word, words }) => Array.from({ length: words }, (_, index) => word + index)),
    );
    this.held = new Uint32Array(this.places.length);
    this.rules = {
      reset: `${channel}_reset`,
      valid: `${channel}_valid_stays`,
      payload: `${channel}_payload_stays`,
    };
    this.report = report;
  }

  /** A cycle of reset; `fresh`: not its first. */
  reset(forth: Uint32Array, back: Uint32Array, fresh: boolean): void {
    this.waiting = false;
    if (fresh && (this.fromManager ? forth : back)[this.valid] !== 0) this.report(this.rules.reset);
  }

  cycle(forth: Uint32Array, back: Uint32Array, fresh: boolean): void {
    const sender = this.fromManager ? forth : back;
    const taker = this.fromManager ? back : forth;
    const { places, held } = this;
    if (sender[this.valid] === 0) {
      if (this.waiting) this.report(this.rules.valid);
      this.waiting = false;
      return;
    }
    if (fresh) this.report(this.rules.reset);
    if (this.waiting) {
      for (let index = 0; index < places.length; index += 1) {
        if (sender[places[index] as number] === held[index]) continue;
        this.report(this.rules.payload);
        break;
      }
    }
    this.waiting = taker[this.ready] === 0;
    if (!this.waiting) return;
    for (let index = 0; index < places.length; index += 1) held[index] = sender[places[index] as number] as number;
  }
}
