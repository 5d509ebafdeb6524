/** Gives frames to `s_axis`, beat by beat. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { ChannelSource } from '../../axi/channel.ts';
import type { RunLengths } from '../../axi/run-lengths.ts';
import { inputSlot } from '../../ports.ts';
import type { TrafficFrame } from './scenario.ts';

/** Words of noise: the same for the same frame, whatever came before it. */
const noiseFrom = (seed: number): (() => number) => {
  let state = (seed * 0x9e37_79b1 + 0x1234_5678) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
};

/**
 * The beats of a frame: data words, `tkeep` words, and `tlast`, for each beat one after the other.
 * A frame has at least one beat: one without bytes is a lone last beat that keeps nothing.
 */
export const beatsOf = (frame: TrafficFrame, beatBytes: number): Uint32Array[] => {
  const { data, keep } = frame;
  const dataWords = beatBytes / 4;
  const keepWords = Math.ceil(beatBytes / 32);
  const filled = Math.ceil(data.length / beatBytes);
  const count = Math.max(1, filled + (keep === 'empty_last' ? 1 : 0));
  const noise = noiseFrom(data.length);
  return Array.from({ length: count }, (_, index) => {
    const beat = new Uint32Array(dataWords + keepWords + 1);
    const last = index === count - 1;
    const bytes = Math.max(0, Math.min(beatBytes, data.length - index * beatBytes));
    const noisy = keep === 'noisy';
    for (let byte = 0; byte < beatBytes; byte += 1) {
      const value = byte < bytes ? (data[index * beatBytes + byte] ?? 0) : noisy ? noise() & 0xff : 0;
      beat[byte >>> 2] = (beat[byte >>> 2] ?? 0) | (value << (8 * (byte & 3)));
      // Only the lowest zero of the last beat's keep ends the frame; what lies above it, and in other beats, may be anything.
      const free = noisy && (!last || byte > bytes);
      const kept = free ? (noise() & 4) !== 0 : byte < bytes;
      if (kept) beat[dataWords + (byte >>> 5)] = (beat[dataWords + (byte >>> 5)] ?? 0) | (1 << (byte & 31));
    }
    beat[dataWords + keepWords] = last ? 1 : 0;
    return beat;
  });
};

export class FrameSource {
  private readonly channel: ChannelSource;
  private readonly frames: readonly TrafficFrame[];
  private readonly beatBytes: number;
  private frame = 0;
  private beats: readonly Uint32Array[] | null = null;
  private beat = 0;
  private waited = 0;

  constructor(layout: PortLayout, frames: readonly TrafficFrame[]) {
    this.frames = frames;
    this.beatBytes = inputSlot(layout, 's_axis_tkeep').width;
    this.channel = new ChannelSource(layout, {
      valid: 's_axis_tvalid',
      ready: 's_axis_tready',
      payload: ['s_axis_tdata', 's_axis_tkeep', 's_axis_tlast'],
    });
  }

  /** Beats that the unit has taken. */
  get accepted(): number {
    return this.channel.accepted;
  }

  /** Whether the unit has taken every frame. */
  get done(): boolean {
    return this.frame === this.frames.length && !this.channel.busy;
  }

  drive(inputs: Uint32Array, outputs: Uint32Array, allowed: boolean, pattern: RunLengths): void {
    this.channel.drive(inputs, outputs, () => (allowed ? this.nextBeat(pattern) : null));
  }

  private nextBeat(pattern: RunLengths): Uint32Array | null {
    const frame = this.frames[this.frame];
    if (frame === undefined) return null;
    if (this.beats === null) {
      if (this.waited < frame.gap) {
        this.waited += 1;
        return null;
      }
      this.waited = 0;
      this.beats = beatsOf(frame, this.beatBytes);
      this.beat = 0;
    }
    if (!pattern.next()) return null;
    const beat = this.beats[this.beat] ?? null;
    this.beat += 1;
    if (this.beat === this.beats.length) {
      this.beats = null;
      this.frame += 1;
    }
    return beat;
  }

  /** During reset: a frame under way is given up. */
  reset(inputs: Uint32Array): void {
    this.channel.reset(inputs);
    if (this.beats === null) return;
    this.beats = null;
    this.frame += 1;
    this.waited = 0;
  }
}
