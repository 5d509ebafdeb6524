/** Parameters of the packet hash unit. Source: `docs/systems/packet-unit.md`. */

export interface PacketUnitParameters {
  /** Bits a beat: 64, 128, 256 or 512. */
  readonly dataWidth: number;
  /** 2, 4, 8 or 16. */
  readonly clients: number;
  /** Input bits that the hash engine takes a cycle: 16, 32, 48, 96, 144 or 288. */
  readonly hashWidth: number;
  /** Entries of the frame queue: 64 to 4096. */
  readonly frameBeats: number;
}

export const parserStages = 3;
/** Bytes of a frame that classification may look at. */
export const headerLimit = 128;
export const extensionHeaderLimit = 4;
export const tableEntries = 128;
export const allSapEntries = 4;
export const registerAddressWidth = 12;
/** Chains that may be started and not yet resolved. */
export const unresolvedLimit = 4;

const oneOf = (name: string, value: number, allowed: readonly number[]): void => {
  if (!allowed.includes(value)) throw new RangeError(`${name} is ${value}; it must be one of ${allowed.join(', ')}`);
};

/**
 * Fills in what is not given and checks all.
 * @throws RangeError that names the parameter, its value and what is allowed.
 */
export const packetUnitParameters = (given: Partial<PacketUnitParameters> = {}): PacketUnitParameters => {
  const dataWidth = given.dataWidth ?? 64;
  const clients = given.clients ?? 8;
  const hashWidth = given.hashWidth ?? (dataWidth === 64 ? 32 : 48);
  const frameBeats = given.frameBeats ?? 64;
  oneOf('dataWidth', dataWidth, [64, 128, 256, 512]);
  oneOf('clients', clients, [2, 4, 8, 16]);
  oneOf('hashWidth', hashWidth, [16, 32, 48, 96, 144, 288]);
  if (!Number.isInteger(frameBeats) || frameBeats < 64 || frameBeats > 4096) {
    throw new RangeError(`frameBeats is ${frameBeats}; it must be a whole number from 64 to 4096`);
  }
  return { dataWidth, clients, hashWidth, frameBeats };
};
