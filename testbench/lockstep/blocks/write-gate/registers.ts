/** Addresses and bits of the gate's registers, as `docs/systems/write-gate.md` lists them. */
export const registers = {
  identification: 0x000,
  geometry: 0x004,
  interruptStatus: 0x010,
  interruptEnable: 0x014,
  status: 0x018,
  control: 0x01c,
  mark: 0x020,
  holds: 0x024,
  heldCycles: 0x028,
} as const;

export const enable = 1;
export const stop = 2;
export const hold = 2 ** 24;
export const letGo = 2 ** 25;
