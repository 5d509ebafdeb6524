/** Raised by `step` and `run` when an assertion of the design fails. */

import type { PropertySlot } from './design.ts';

export class PropertyViolation extends Error {
  /** The clock edge at which it failed, counted from 0 at the last `reset()`. */
  readonly cycle: number;
  readonly path: string;

  constructor(property: PropertySlot, cycle: number) {
    const { file, line, column } = property.location;
    super(`cycle ${cycle}: assertion '${property.path}' failed, declared at ${file}:${line}`);
    this.name = 'PropertyViolation';
    this.cycle = cycle;
    this.path = property.path;
    this.stack = `${this.name}: ${this.message}\n    at ${property.name.replaceAll(/\s+/g, '_')} (${file}:${line}:${column})\n${(this.stack ?? '').split('\n').slice(1).join('\n')}`;
  }
}
