/** The parts of Yosys' `write_json` output that are read here, structurally: any object of this form will do. */

export type NetlistBit = number | string;

export interface NetlistPort {
  readonly direction: 'input' | 'output' | 'inout';
  readonly bits: readonly NetlistBit[];
}

export interface NetlistCell {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly port_directions?: Readonly<Record<string, 'input' | 'output' | 'inout'>>;
  readonly connections: Readonly<Record<string, readonly NetlistBit[]>>;
}

export interface NetlistNet {
  readonly hide_name: 0 | 1;
  readonly bits: readonly NetlistBit[];
  readonly attributes: Readonly<Record<string, string>>;
}

export interface NetlistModule {
  readonly attributes: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, NetlistPort>>;
  readonly cells: Readonly<Record<string, NetlistCell>>;
  readonly netnames: Readonly<Record<string, NetlistNet>>;
}

export interface YosysNetlist {
  readonly modules: Readonly<Record<string, NetlistModule>>;
}
