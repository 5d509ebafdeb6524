/** Random behaviours of an AXI4 subordinate, shrinking towards one without delays and faults. */
import fc, { type Arbitrary } from 'fast-check';
import { stalls } from './arbitrary.ts';
import { type DeviceFault, deviceFaults } from './device-faults.ts';
import type { SubordinateBehaviour } from './subordinate-behaviour.ts';

export const subordinateBehaviours = (options: {
  readonly idWidth: number;
  /** The last cycle in which a fault begins; left out: no faults. */
  readonly faultHorizon?: number;
  readonly errors?: SubordinateBehaviour['errors'];
}): Arbitrary<SubordinateBehaviour> =>
  fc.record({
    stalls: fc.record({ aw: stalls, w: stalls, ar: stalls, b: stalls, r: stalls }),
    latencies: fc.array(fc.nat(30), { maxLength: 5 }),
    picks: fc.array(fc.nat(7), { maxLength: 5 }),
    interleave: fc.boolean(),
    exclusive: fc.constantFrom(true, true, false),
    errors: fc.constant(options.errors ?? []),
    faults:
      options.faultHorizon === undefined
        ? fc.constant<readonly DeviceFault[]>([])
        : deviceFaults({ idWidth: options.idWidth, horizon: options.faultHorizon }),
  });
