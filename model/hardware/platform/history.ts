/** What is asked of a platform from outside the machine, so that it can be asked again: what a snapshot is made of. */
import type { Context, Fault } from './interface.ts';

export type Asked =
  | ({
      readonly what: 'access';
      readonly processor: number;
      readonly write: boolean;
      readonly address: number;
      readonly bytes: number;
      /** Of a write, in base64. */
      readonly data?: string;
    } & Context)
  | { readonly what: 'fault'; readonly fault: Fault; readonly at: number }
  /** The power was cut: asked by nobody, but what was asked later found no machine. */
  | { readonly what: 'dead' }
  | { readonly what: 'type'; readonly text: string; readonly at: number }
  | { readonly what: 'frame'; readonly port: 0 | 1; readonly frame: string; readonly at: number }
  | {
      readonly what: 'medium';
      readonly medium: 'memory' | 'disk';
      readonly index: 0 | 1;
      readonly address: number;
      readonly data: string;
    };

export type HistoryEntry = { readonly cycle: number } & Asked;

export const encode = (data: Uint8Array): string => Buffer.from(data).toString('base64');
export const decode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
