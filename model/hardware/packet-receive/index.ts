/** The packet receive engine in software, exact to the cycle. */
export { createPacketReceiveModel, type PacketReceiveModel } from './model.ts';
