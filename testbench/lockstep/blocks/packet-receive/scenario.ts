/** What one run of the packet receive engine is made of. */
import type { SubordinateBehaviour } from '../../../axi/subordinate-behaviour.ts';
import type { LiteAccess } from '../../axi/lite-manager.ts';

export type Lengths = readonly number[];

export interface Packet {
  readonly bytes: number;
  /** What its data are made of: `beatWord`. */
  readonly seed: number;
  /** Cycles to wait before its first beat. */
  readonly wait: number;
}

/** A chain as the packet hash unit gives it. */
export interface Chain {
  readonly client: number;
  /** Clients that get it, a bit each; 0: nobody, and there are no frames. */
  readonly mask: number;
  readonly hash: number;
  readonly hashType: number;
  readonly packets: readonly Packet[];
  /** Cycles from its first beat to its record. */
  readonly recordWait: number;
}

export interface ResetEvent {
  readonly after: number;
  readonly cycles: number;
}

export interface PacketReceiveScenario {
  readonly initialReset: number;
  /** Made before the first frame, and again after each reset. */
  readonly settings: readonly LiteAccess[];
  readonly chains: readonly Chain[];
  /** Made while frames come. */
  readonly accesses: readonly LiteAccess[];
  readonly memory: SubordinateBehaviour;
  readonly stalls: {
    readonly source: Lengths;
    readonly record: Lengths;
    readonly registerWriteResponse: Lengths;
    readonly registerReadData: Lengths;
  };
  readonly resets: readonly ResetEvent[];
  /** Whether clients, after these accesses, read their producer indices and write them back as consumer indices, one after the other. */
  readonly follow: boolean;
  /** Cycles of rest after the last frame. */
  readonly rest: number;
}
