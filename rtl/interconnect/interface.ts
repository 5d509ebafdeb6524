/**
 * The edges of the interconnect as plain data: parameters, the address map and ports, exactly as `docs/systems/interconnect.md` gives them. Nothing
 * of the hardware is imported here: the model and the documents read this file.
 */
import { axi4Ports, type Port } from '../parts/axi/port-list.ts';
import {
  checkParameters,
  ParameterError,
  type Parameters,
  type ParameterValues,
  parameters,
} from '../parts/parameters.ts';

const mostAddresses = 2 ** 48;

const size = (subordinate: number) =>
  ({
    kind: 'integer',
    minimum: 4096,
    maximum: mostAddresses,
    powerOfTwo: true,
    default: (earlier: Readonly<Record<string, unknown>>) => 2 ** (Number(earlier.addressWidth) - 4),
    description: `Bytes of subordinate ${subordinate}.`,
  }) as const;

const base = (subordinate: number) =>
  ({
    kind: 'integer',
    minimum: 0,
    maximum: mostAddresses - 1,
    default: (earlier: Readonly<Record<string, unknown>>) => subordinate * Number(earlier[`size${subordinate}`]),
    description: `First address of subordinate ${subordinate}, a multiple of its size.`,
  }) as const;

export const interconnectParameterSchema = parameters({
  managers: { kind: 'integer', minimum: 1, maximum: 8, default: 2, description: 'Manager ports.' },
  subordinates: { kind: 'integer', minimum: 1, maximum: 8, default: 2, description: 'Subordinate ports.' },
  dataWidth: {
    kind: 'choice',
    choices: [32, 64, 128, 256, 512],
    default: 64,
    description: 'Bits a beat, on every interface.',
  },
  addressWidth: { kind: 'integer', minimum: 16, maximum: 48, default: 32, description: 'Bits of an address.' },
  idWidth: {
    kind: 'integer',
    minimum: 1,
    maximum: 8,
    default: 4,
    description: 'Bits of an identifier at the manager ports.',
  },
  outstanding: {
    kind: 'integer',
    minimum: 1,
    maximum: 16,
    default: 8,
    description: 'Transactions in flight of each manager in each direction.',
  },
  size0: size(0),
  base0: base(0),
  size1: size(1),
  base1: base(1),
  size2: size(2),
  base2: base(2),
  size3: size(3),
  base3: base(3),
  size4: size(4),
  base4: base(4),
  size5: size(5),
  base5: base(5),
  size6: size(6),
  base6: base(6),
  size7: size(7),
  base7: base(7),
});

export type InterconnectParameterValues = ParameterValues<typeof interconnectParameterSchema>;
export type InterconnectParameters = Parameters<typeof interconnectParameterSchema>;

/** Where a subordinate lies: the base is a multiple of the size, which is a power of two. In bytes. */
export interface Region {
  readonly base: number;
  readonly size: number;
}

/** The regions of the subordinates that there are; the lowest that holds an address owns it. */
export const regionsOf = (p: InterconnectParameters): readonly Region[] =>
  Array.from({ length: p.subordinates }, (_, subordinate) => {
    const values: Readonly<Record<string, unknown>> = p;
    return { base: Number(values[`base${subordinate}`]), size: Number(values[`size${subordinate}`]) };
  });

const refuseBase = (subordinate: number, value: number, allowed: string, nearest: number): ParameterError =>
  new ParameterError(
    `parameter 'base${subordinate}' of axi4_interconnect is ${value}, but it must be ${allowed}; the nearest allowed value is ${nearest}`,
    { owner: 'axi4_interconnect', parameter: `base${subordinate}`, value, allowed, nearest },
  );

const refuseSize = (subordinate: number, value: number, most: number): ParameterError => {
  const allowed = `at most the address space of ${most} bytes`;
  return new ParameterError(
    `parameter 'size${subordinate}' of axi4_interconnect is ${value}, but it must be ${allowed}`,
    {
      owner: 'axi4_interconnect',
      parameter: `size${subordinate}`,
      value,
      allowed,
      nearest: most,
    },
  );
};

/**
 * Checks the interconnect's parameters, its address map too, and fills in the defaults.
 *
 * @throws ParameterError naming the parameter, its value and what is allowed
 */
export const interconnectParameters = (values: InterconnectParameterValues = {}): InterconnectParameters => {
  const p = checkParameters(interconnectParameterSchema, values, 'axi4_interconnect');
  const space = 2 ** p.addressWidth;
  for (const [subordinate, region] of regionsOf(p).entries()) {
    if (region.size > space) throw refuseSize(subordinate, region.size, space);
    const aligned = Math.min(region.base - (region.base % region.size), space - region.size);
    if (aligned !== region.base)
      throw refuseBase(
        subordinate,
        region.base,
        `a multiple of 'size${subordinate}' (${region.size}), with the region in the ${p.addressWidth}-bit address space`,
        aligned,
      );
  }
  return p;
};

/** Bits of a manager's number in front of its identifiers at the subordinate ports; 0 for one manager. */
export const managerWidth = (p: { readonly managers: number }): number => Math.ceil(Math.log2(p.managers));
/** Bits of an identifier at the subordinate ports. */
export const subordinateIdWidth = (p: { readonly managers: number; readonly idWidth: number }): number =>
  p.idWidth + managerWidth(p);

/** The response of what no subordinate owns: DECERR (Arm IHI 0022, A3.4.4). */
export const decodeError = 3;

/** The prefix of the signals of a manager's port. */
export const managerPort = (manager: number): string => `s${manager}_axi`;
/** The prefix of the signals of a subordinate's port. */
export const subordinatePort = (subordinate: number): string => `m${subordinate}_axi`;

/** The ports in their order, `aresetn` first, the clock left out. */
export const interconnectPortList = (p: InterconnectParameters): readonly Port[] => [
  { name: 'aresetn', direction: 'input', width: 1 },
  ...Array.from({ length: p.managers }, (_, manager) => axi4Ports(managerPort(manager), 'input', p)).flat(),
  ...Array.from({ length: p.subordinates }, (_, subordinate) =>
    axi4Ports(subordinatePort(subordinate), 'output', { ...p, idWidth: subordinateIdWidth(p) }),
  ).flat(),
];
