/** The JSON that Yosys' `write_json` writes. Bits are net numbers, or constants as strings. */

export type NetlistBit = number | '0' | '1' | 'x' | 'z';

export interface NetlistPort {
  readonly direction: 'input' | 'output' | 'inout';
  /** Least significant bit first. */
  readonly bits: readonly NetlistBit[];
  readonly offset?: number;
  readonly upto?: number;
  readonly signed?: number;
}

export interface NetlistCell {
  readonly hide_name: 0 | 1;
  readonly type: string;
  /** Numbers are strings of 0, 1, x and z, most significant first; text is itself, with a blank appended where it would look like a number. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly port_directions?: Readonly<Record<string, 'input' | 'output' | 'inout'>>;
  readonly connections: Readonly<Record<string, readonly NetlistBit[]>>;
}

export interface NetlistNet {
  readonly hide_name: 0 | 1;
  readonly bits: readonly NetlistBit[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly offset?: number;
  readonly upto?: number;
  readonly signed?: number;
}

export interface NetlistModule {
  readonly attributes: Readonly<Record<string, string>>;
  readonly parameter_default_values?: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, NetlistPort>>;
  readonly cells: Readonly<Record<string, NetlistCell>>;
  readonly netnames: Readonly<Record<string, NetlistNet>>;
}

export interface YosysNetlist {
  readonly creator: string;
  readonly modules: Readonly<Record<string, NetlistModule>>;
}

/** The value of a parameter or attribute that is a number. */
export const netlistNumber = (text: string | undefined): number =>
  text === undefined || !/^[01]+$/.test(text) ? 0 : Number.parseInt(text, 2);
