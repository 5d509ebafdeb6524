/** Bursts as tests see them (Arm IHI 0022, A3.4.1). */
export interface Access {
  readonly write: boolean;
  readonly id: number;
  readonly domain: number;
  readonly address: number;
  /** Beats less one. */
  readonly length: number;
  readonly size: number;
  readonly burst: number;
  readonly lock: number;
  readonly prot: number;
  /** Writes only. */
  readonly beats?: readonly Beat[];
}

/** Bytes of a beat, all lanes, and their strobes. */
export interface Beat {
  readonly data: Uint8Array;
  readonly strobes: number;
}

export interface Answer {
  readonly responses: number[];
  readonly data: Uint8Array[];
  /** The cycles of its beats. */
  readonly cycles: number[];
  done: boolean;
}

export const burstTypes = { fixed: 0, increment: 1, wrap: 2 } as const;

export const beatAddresses = ({
  address,
  length,
  size,
  burst,
}: Pick<Access, 'address' | 'length' | 'size' | 'burst'>): number[] => {
  const bytes = 2 ** size;
  const container = bytes * (length + 1);
  const low = address - (address % container);
  return Array.from({ length: length + 1 }, (_, beat) => {
    if (beat === 0 || burst === burstTypes.fixed) return address;
    const next = address - (address % bytes) + beat * bytes;
    return burst === burstTypes.wrap && next >= low + container ? next - container : next;
  });
};

/** The bytes that a beat may touch: from its address to the end of its size. */
export const bytesOf = (address: number, size: number): number[] => {
  const bytes = 2 ** size;
  const end = address - (address % bytes) + bytes;
  return Array.from({ length: end - address }, (_, index) => address + index);
};
