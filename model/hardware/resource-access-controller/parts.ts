/** What the model is made of. Source: `docs/systems/resource-access-controller.md`. */
import {
  managerPrefix,
  portWidth,
  type ResourceAccessControllerParameters,
  resourceWidth,
} from '../../../rtl/resource-access-controller/interface.ts';
import { HeldBeat, OutputRegister, placeChannel } from '../primitives/channels.ts';
import { type PortLayout, wordOf } from '../primitives/ports.ts';
import { Faults } from './faults.ts';
import { DevicePort, PortSide } from './port.ts';
import type { Registers } from './registers.ts';
import { Requests } from './requests.ts';
import { Responses } from './responses.ts';
import { Slots } from './slots.ts';
import { Ages } from './timeouts.ts';
import { WriteData } from './write-data.ts';

export interface Parts {
  readonly registers: Registers;
  readonly readSlots: Slots;
  readonly writeSlots: Slots;
  readonly readAges: Ages;
  readonly writeAges: Ages;
  readonly reads: Requests;
  readonly writes: Requests;
  readonly ports: readonly DevicePort[];
  readonly writeData: WriteData;
  readonly readResponses: Responses;
  readonly writeResponses: Responses;
  readonly faults: Faults;
}

/** @param image the record of outputs, in which the payloads of the output registers live */
export const makeParts = (
  parameters: ResourceAccessControllerParameters,
  layout: PortLayout,
  image: Uint32Array,
  registers: Registers,
): Parts => {
  const readSlots = new Slots(parameters.outstanding, parameters.ports);
  const writeSlots = new Slots(parameters.outstanding, parameters.ports);
  const shape = {
    ...parameters,
    resourceMask: 2 ** resourceWidth(parameters) - 1,
    portMask: 2 ** portWidth(parameters) - 1,
  };
  const incoming = (channel: string, first: string) => placeChannel(layout, 'inputs', channel, first);
  const outgoing = (channel: string, first: string) =>
    new OutputRegister(image, placeChannel(layout, 'outputs', channel, first));
  const ports = Array.from({ length: parameters.ports }, (_, port) => {
    const prefix = managerPrefix(port);
    const beat = (channel: string) => new HeldBeat(image, incoming(`${prefix}_${channel}`, 'id'));
    const read = new PortSide(readSlots, outgoing(`${prefix}_ar`, 'id'), beat('r'), false);
    const write = new PortSide(writeSlots, outgoing(`${prefix}_aw`, 'id'), beat('b'), true);
    return new DevicePort(read, write, outgoing(`${prefix}_w`, 'data'), wordOf(layout.outputs, `${prefix}_arlen`));
  });
  const data = new HeldBeat(image, incoming('s_axi_w', 'data'));
  return {
    registers,
    readSlots,
    writeSlots,
    readAges: new Ages(readSlots, ports, false, parameters.timerWidth),
    writeAges: new Ages(writeSlots, ports, true, parameters.timerWidth),
    reads: new Requests(image, incoming('s_axi_ar', 'id'), readSlots, registers, shape, false),
    writes: new Requests(image, incoming('s_axi_aw', 'id'), writeSlots, registers, shape, true),
    ports,
    writeData: new WriteData(data, writeSlots, ports),
    readResponses: new Responses(outgoing('s_axi_r', 'id'), readSlots, ports, registers, false),
    writeResponses: new Responses(outgoing('s_axi_b', 'id'), writeSlots, ports, registers, true),
    faults: new Faults(registers, parameters.ports),
  };
};

export const resetParts = ({ ports, ...parts }: Parts): void => {
  for (const part of [...Object.values(parts), ...ports]) part.reset();
};
