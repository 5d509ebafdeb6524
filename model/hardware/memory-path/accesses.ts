/** What a processor asks of the path, and what it is answered. */
import { burstTypes } from './bursts.ts';

export interface Access {
  readonly write: boolean;
  readonly id: number;
  readonly form: number;
  readonly address: number;
  /** Beats less one. */
  readonly length: number;
  readonly size: number;
  readonly burst: number;
  readonly lock?: number;
  /** Writes only. */
  readonly beats?: readonly Beat[];
}

export interface Answer {
  readonly responses: number[];
  readonly data: Uint8Array[];
  /** The cycles of its beats. */
  readonly cycles: number[];
  done: boolean;
}

/** The addresses of a burst's beats (Arm IHI 0022, A3.4.1). */
export const beatAddresses = ({ address, length, size, burst }: Omit<Access, 'write' | 'id' | 'form'>): number[] => {
  const bytes = 2 ** size;
  const aligned = address - (address % bytes);
  const container = bytes * (length + 1);
  const low = address - (address % container);
  return Array.from({ length: length + 1 }, (_, beat) => {
    if (beat === 0 || burst === burstTypes.fixed) return address;
    const next = aligned + beat * bytes;
    return burst === burstTypes.wrap && next >= low + container ? next - container : next;
  });
};

/** Bytes of a beat, all lanes, and their strobes. */
export interface Beat {
  readonly data: Uint8Array;
  readonly strobes: number;
}
