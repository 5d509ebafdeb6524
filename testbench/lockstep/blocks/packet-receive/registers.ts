/** Addresses of the engine's registers, as `docs/systems/receive-engine.md` lists them. */
export const registers = {
  identification: 0x000,
  geometry: 0x004,
  interruptStatus: 0x010,
  interruptEnable: 0x014,
  ringStopped: 0x018,
  ringRestart: 0x01c,
  moderation: 0x020,
  truncated: 0x024,
  ringBaseLow: 0x100,
  ringBaseHigh: 0x140,
  ringControl: 0x180,
  consumer: 0x1c0,
  producer: 0x200,
  delivered: 0x240,
  overflow: 0x280,
} as const;

/** What the hardware changes, to be read at the end. */
export const readBackAddresses = (clients: number): readonly number[] => {
  const { interruptStatus, ringStopped, truncated, producer, delivered, overflow } = registers;
  const each = Array.from({ length: clients }, (_, client) => 4 * client);
  return [
    interruptStatus,
    ringStopped,
    truncated,
    ...[producer, delivered, overflow].flatMap((base) => each.map((offset) => base + offset)),
  ];
};
