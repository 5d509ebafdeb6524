/** Devices that make no progress. Source: `docs/systems/resource-access-controller.md`, "Timeouts". */
import { faultCauses } from '../../../rtl/resource-access-controller/interface.ts';
import type { DevicePort, PortSide } from './port.ts';

/**
 * A cycle of a watch; `loaded` is the slot of this port and direction whose beat goes into the processor's register, or -1.
 * Returns the cause of a timeout event, or 0.
 */
export const stepWatch = (
  port: DevicePort,
  side: PortSide,
  inputs: Uint32Array,
  isolated: boolean,
  loaded: number,
  responseFree: boolean,
  timeouts: Uint32Array,
  firstTimeout: number,
  greatest: number,
): number => {
  if (!side.watched(isolated)) {
    side.watchNext();
    return 0;
  }
  const { watch, request } = side;
  const write = side === port.write;
  const { data } = port;
  const progress =
    loaded === watch ||
    (request.slot === watch && request.taken(inputs)) ||
    (write && data.slot === watch && data.taken(inputs));
  if (progress) {
    side.timer = 0;
    return 0;
  }
  const starved = write && request.full === 0 && data.full === 0 && ((side.slots.delivered >>> watch) & 1) === 0;
  if (!responseFree || (side.beat.full !== 0 && side.slot === watch) || starved) return 0;
  const timeout = timeouts[firstTimeout + side.slots.resource[watch]!]!;
  if (timeout !== 0 && side.timer >= timeout) {
    if (request.full !== 0) return faultCauses.address_timeout;
    return write && data.full !== 0 ? faultCauses.data_timeout : faultCauses.response_timeout;
  }
  if (side.timer !== greatest) side.timer += 1;
  return 0;
};
