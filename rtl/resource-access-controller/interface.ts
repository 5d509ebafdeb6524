/**
 * The edges of the resource access controller as plain data: parameters, ports, codes and registers, exactly as
 * `docs/systems/resource-access-controller.md` gives them. Nothing of the hardware is imported here: the model, the
 * driver and the documents read this file.
 */
import { axi4Ports, type Port, registerPortPorts } from '../parts/axi/port-list.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parts/parameters.ts';
import { registerMap } from '../parts/register-map/declare.ts';

export const resourceAccessControllerParameterSchema = parameters({
  dataWidth: {
    kind: 'choice',
    choices: [32, 64, 128],
    default: 64,
    description: 'Bits a beat, on every AXI4 interface.',
  },
  addressWidth: { kind: 'integer', minimum: 32, maximum: 48, default: 32, description: 'Bits of an address.' },
  idWidth: { kind: 'integer', minimum: 1, maximum: 8, default: 4, description: 'Bits of a transaction identifier.' },
  ports: {
    kind: 'integer',
    minimum: 1,
    maximum: 8,
    default: 2,
    description: 'Manager ports, one for each group of resources.',
  },
  entries: { kind: 'integer', minimum: 1, maximum: 64, default: 16, description: 'Translation entries.' },
  resources: { kind: 'integer', minimum: 1, maximum: 32, default: 8, description: 'Resources that fail one by one.' },
  outstanding: {
    kind: 'integer',
    minimum: 2,
    maximum: 16,
    default: 8,
    description: 'Transactions in flight in each direction.',
  },
  timerWidth: {
    kind: 'integer',
    minimum: 2,
    maximum: 32,
    default: 20,
    description: 'Bits of the timeouts, which are in cycles.',
  },
});

export type ResourceAccessControllerParameterValues = ParameterValues<typeof resourceAccessControllerParameterSchema>;
export type ResourceAccessControllerParameters = Parameters<typeof resourceAccessControllerParameterSchema>;

/**
 * Checks the controller's parameters and fills in the defaults.
 *
 * @throws ParameterError naming the parameter, its value and what is allowed
 */
export const resourceAccessControllerParameters = (
  values: ResourceAccessControllerParameterValues = {},
): ResourceAccessControllerParameters =>
  checkParameters(resourceAccessControllerParameterSchema, values, 'resource_access_controller');

export const registerAddressWidth = 12;
/** Bits of the counter of cycles that faults are logged with. */
export const cycleWidth = 32;
/** Bits of a resource's count of error responses, which stays at its greatest value. */
export const errorWidth = 4;
/** Bits of a resource's count of faked transactions, which wraps. */
export const fakedWidth = 16;
/** Entries speak of pages of 4 KiB: no burst of AXI4 crosses their boundaries. */
export const pageBits = 12;

const indexWidth = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));
export const resourceWidth = (p: { readonly resources: number }): number => indexWidth(p.resources);
export const portWidth = (p: { readonly ports: number }): number => indexWidth(p.ports);
/** Bits of a slot's number, in either direction. */
export const slotWidth = (p: { readonly outstanding: number }): number => indexWidth(p.outstanding);

/** What faked reads carry, as an entry's `policy` names it. */
export const fakePolicies = { ones: 0, zeros: 1, word: 2 } as const;

/** Responses of AXI4 (Arm IHI 0022, A3.4.4). */
export const responses = { okay: 0, exclusive_okay: 1, subordinate_error: 2, decode_error: 3 } as const;

/** Why a resource was found faulty, as the log names it. */
export const faultCauses = {
  address_timeout: 1,
  data_timeout: 2,
  response_timeout: 3,
  limit: 4,
  unknown_identifier: 5,
  unexpected: 6,
  early_last: 7,
  missing_last: 8,
  exclusive: 9,
  changed: 10,
} as const;

/** The prefix of a manager port's signals. */
export const managerPrefix = (port: number): string => `m${port}_axi`;

/** The ports in their order, `aresetn` first, the clock left out. */
export const resourceAccessControllerPortList = (p: ResourceAccessControllerParameters): readonly Port[] => [
  { name: 'aresetn', direction: 'input', width: 1 },
  ...axi4Ports('s_axi', 'input', p),
  ...Array.from({ length: p.ports }, (_, port) => axi4Ports(managerPrefix(port), 'output', p)).flat(),
  { name: 'device_interrupt', direction: 'input', width: p.resources },
  { name: 'resource_interrupt', direction: 'output', width: p.resources },
  { name: 'reset_request', direction: 'output', width: p.ports },
  { name: 'reset_acknowledge', direction: 'input', width: p.ports },
  { name: 'irq', direction: 'output', width: 1 },
  ...registerPortPorts(registerAddressWidth),
];

const interruptFields = {
  fault: { description: 'A fault was found.' },
  ready: { description: 'A port has become ready for re-admission: nothing is outstanding there.' },
};

export const resourceAccessControllerRegisters = (p: ResourceAccessControllerParameters) => {
  const wide = p.addressWidth > 32;
  /** The part of an address, from the page up, in a low and (where there is one) a high word. */
  const pages = (lowAddress: number, highAddress: number, what: string) => ({
    low: {
      description: `${what}, bits 31 to 12.`,
      address: lowAddress,
      count: p.entries,
      fields: { page: { description: 'Bits 31 to 12.', width: 20, low: 12 } },
    } as const,
    high: {
      description: `${what}, the bits from 32 up.`,
      address: highAddress,
      count: p.entries,
      fields: { page: { description: 'The bits from 32 up.', width: Math.max(1, p.addressWidth - 32) } },
    } as const,
  });
  const base = pages(0x800, 0x900, 'Base of an entry on the processor side');
  const size = pages(0xa00, 0xb00, 'Size of an entry less one, a power of two less one');
  const device = pages(0xc00, 0xd00, 'Base of an entry on the device side');
  const perPort = (description: string) => ({ ports: { description, width: p.ports } });
  const perResource = (description: string) => ({ resources: { description, width: p.resources } });
  return registerMap({
    name: 'resource_access_controller',
    description: 'Control registers of the resource access controller.',
    addressWidth: registerAddressWidth,
    registers: {
      identification: {
        description: 'Names the controller.',
        address: 0x000,
        access: 'constant',
        fields: { value: { description: 'The text "RAC1", first letter highest.', width: 32, value: 0x52414331 } },
      },
      geometry: {
        description: 'Parameters that the controller was built with.',
        address: 0x004,
        access: 'constant',
        fields: {
          data_width: { description: 'Bits a beat.', width: 8, value: p.dataWidth },
          address_width: { description: 'Bits of an address.', width: 8, value: p.addressWidth },
          ports: { description: 'Manager ports.', width: 8, value: p.ports },
          entries: { description: 'Translation entries.', width: 8, value: p.entries },
        },
      },
      capacity: {
        description: 'More of these parameters.',
        address: 0x008,
        access: 'constant',
        fields: {
          resources: { description: 'Resources.', width: 8, value: p.resources },
          outstanding: { description: 'Transactions in flight in each direction.', width: 8, value: p.outstanding },
          id_width: { description: 'Bits of an identifier.', width: 8, value: p.idWidth },
          timer_width: { description: 'Bits of a timeout.', width: 8, value: p.timerWidth },
        },
      },
      interrupt_status: {
        description: 'What has happened since it was last cleared.',
        address: 0x010,
        access: 'write-one-to-clear',
        fields: interruptFields,
      },
      interrupt_enable: { description: 'What raises the interrupt.', address: 0x014, fields: interruptFields },
      port_isolated: {
        description: 'Ports that get no requests.',
        address: 0x018,
        access: 'read-only',
        fields: perPort('One bit a port.'),
      },
      port_drained: {
        description: 'Isolated ports at which nothing is outstanding: they can be re-admitted.',
        address: 0x01c,
        access: 'read-only',
        fields: perPort('One bit a port.'),
      },
      port_reset: {
        description: 'Begins the reset handshake with the devices of an isolated port.',
        address: 0x020,
        access: 'pulse',
        fields: perPort('One bit a port.'),
      },
      port_readmit: {
        description: 'Puts a drained port back into service.',
        address: 0x024,
        access: 'pulse',
        fields: perPort('One bit a port.'),
      },
      resource_faulted: {
        description: 'Resources whose accesses are faked because a fault was found.',
        address: 0x028,
        access: 'read-only',
        fields: perResource('One bit a resource.'),
      },
      resource_busy: {
        description: 'Resources with a transaction at their devices, or with a request that waits to be sent there.',
        address: 0x02c,
        access: 'read-only',
        fields: perResource('One bit a resource.'),
      },
      resource_readmit: {
        description: 'Ends the faking of a resource without a transaction at its devices, and clears its errors.',
        address: 0x030,
        access: 'pulse',
        fields: perResource('One bit a resource.'),
      },
      log_clear: {
        description: 'Makes room for the next fault in the log.',
        address: 0x034,
        access: 'pulse',
        fields: { clear: { description: 'Clears the log.' } },
      },
      log: {
        description: 'The first fault since the log was cleared.',
        address: 0x038,
        access: 'read-only',
        fields: {
          logged: { description: 'There is one.' },
          write: { description: 'It was found in a write.' },
          has_address: { description: 'The address is known.' },
          cause: { description: 'Its cause.', width: 4, low: 4 },
          port: { description: 'The port.', width: portWidth(p), low: 8 },
          resource: { description: 'The resource.', width: resourceWidth(p), low: 16 },
          identifier: { description: 'Identifier of the transaction, or of the beat.', width: p.idWidth, low: 24 },
        },
      },
      port_isolate: {
        description: 'Takes ports out of service, as a fault would, but blames no resource.',
        address: 0x03c,
        access: 'pulse',
        fields: perPort('One bit a port.'),
      },
      log_address_low: {
        description: 'Device-side address of the transaction, bits 31 to 0.',
        address: 0x040,
        access: 'read-only',
        fields: { address: { description: 'Bits 31 to 0.', width: 32 } },
      },
      ...(wide && {
        log_address_high: {
          description: 'Device-side address of the transaction, the bits from 32 up.',
          address: 0x044,
          access: 'read-only',
          fields: { address: { description: 'The bits from 32 up.', width: p.addressWidth - 32 } },
        } as const,
      }),
      log_cycle: {
        description: 'Cycle of the fault, as `cycle` counts them.',
        address: 0x048,
        access: 'read-only',
        fields: { cycle: { description: 'The cycle.', width: cycleWidth } },
      },
      port_reset_state: {
        description:
          'The reset handshakes of the ports. A port whose reset is still acknowledged cannot be asked anew.',
        address: 0x04c,
        access: 'read-only',
        fields: {
          requested: { description: 'One bit a port: its devices are asked to go into reset.', width: p.ports },
          acknowledged: {
            description: 'One bit a port: its devices say that they are in reset.',
            low: 8,
            width: p.ports,
          },
        },
      },
      cycle: { kind: 'counter', description: 'Cycles since reset.', address: 0x050, width: cycleWidth },
      fake_word: {
        description: 'What faked reads of a port carry under the policy `word`, in every 32-bit lane.',
        address: 0x060,
        count: p.ports,
        fields: { word: { description: 'The word.', width: 32 } },
      },
      timeout: {
        description: 'Cycles for which a device may keep a transaction waiting before its resource has failed.',
        address: 0x100,
        count: p.resources,
        fields: {
          cycles: {
            description: 'Cycles; 0: never.',
            width: p.timerWidth,
            reset: 2 ** p.timerWidth - 1,
          },
        },
      },
      error_limit: {
        description: 'Error responses after which a resource has failed.',
        address: 0x180,
        count: p.resources,
        fields: { errors: { description: 'Error responses; 0: never.', width: errorWidth } },
      },
      errors: {
        description: 'Error responses of a resource since it was last re-admitted.',
        address: 0x200,
        count: p.resources,
        access: 'read-only',
        fields: { count: { description: 'Stays at 15.', width: errorWidth } },
      },
      faked: {
        kind: 'counter',
        description: 'Transactions of a resource that were faked.',
        address: 0x280,
        count: p.resources,
        width: fakedWidth,
      },
      entry_base_low: base.low,
      ...(wide && { entry_base_high: base.high }),
      entry_size_low: size.low,
      ...(wide && { entry_size_high: size.high }),
      entry_device_low: device.low,
      ...(wide && { entry_device_high: device.high }),
      entry_control: {
        description: 'What an entry does.',
        address: 0xe00,
        count: p.entries,
        fields: {
          valid: { description: 'The entry counts.' },
          read: { description: 'Reads are allowed.' },
          write: { description: 'Writes are allowed.' },
          fake: { description: 'Accesses are answered by the controller.' },
          policy: { description: 'What faked reads carry: 0 ones, 1 zeros, 2 the word of the port.', width: 2 },
          code: { description: 'The response of faked accesses; 1 acts as 0.', width: 2 },
          resource: { description: 'The resource that it leads to.', width: resourceWidth(p), low: 8 },
          port: { description: 'The manager port that leads there.', width: portWidth(p), low: 16 },
        },
      },
    },
  });
};
