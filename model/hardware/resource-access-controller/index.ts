/**
 * The resource access controller in software, exact to the cycle.
 *
 *     const controller = new ResourceAccessDriver(createResourceAccessControllerModel({ ports: 2 }));
 *     controller.setEntry(0, { base: 0x1000_0000, size: 0x1_0000, device: 0, resource: 0, port: 0 });
 *     controller.readLog()?.cause;
 */

export type { Surroundings } from '../primitives/stepped-driver.ts';
export {
  type Entry,
  type Fault,
  type FaultCause,
  ResourceAccessDriver,
  type SteppedController,
} from './driver.ts';
export { createResourceAccessControllerModel, type ResourceAccessControllerModel } from './model.ts';
export type { RegisterName } from './registers.ts';
