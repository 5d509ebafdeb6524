/**
 * The packet hash unit in software, exact to the cycle.
 *
 *     const unit = new PacketUnitDriver(createPacketUnitModel({ dataWidth: 128 }));
 *     unit.write('packet_limit', 16);
 *     unit.send(frame);
 *     unit.settle();
 *     unit.delivered[0]?.client;
 */
export type { ChainRecord, DeliveredFrame } from './deliveries.ts';
export { hashTypeBit } from './descriptor.ts';
export { type Pace, PacketUnitDriver, type SteppedUnit } from './driver.ts';
export { createPacketUnitModel, type PacketUnitModel } from './model.ts';
export { allSapEnable, chainKeyBit, type RegisterName, registerAddress } from './registers.ts';
