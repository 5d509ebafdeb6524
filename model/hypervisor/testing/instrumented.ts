/** A platform whose hypervisor's accesses are seen, and whose bumps can be left out, for tests that must be able to fail. */
import type { Platform, Processor } from '../../hardware/platform/index.ts';
import { spaceOf } from '../../hardware/platform/space.ts';

export interface Hooks {
  /** Before each privileged access of domain 0. */
  access(processor: number, write: boolean, address: number, bytes: number): void;
  /** Whether pages are taken back without the keeper being told. */
  withoutBumps: boolean;
}

const instrumentedProcessor = (processor: Processor, hooks: Hooks): Processor => {
  const { machine, registers, index } = processor;
  const { keeper } = registers;
  return {
    ...processor,
    machine: spaceOf({
      read: (address, bytes) => {
        hooks.access(index, false, address, bytes);
        return machine.read(address, bytes);
      },
      write: (address, data) => {
        hooks.access(index, true, address, data.length);
        return machine.write(address, data);
      },
    }),
    registers: {
      ...registers,
      keeper: {
        ...keeper,
        bump: {
          ...keeper.bump,
          write: (value) => (hooks.withoutBumps ? Promise.resolve() : keeper.bump.write(value)),
        },
      },
    },
  };
};

export const instrumented = (platform: Platform, hooks: Hooks): Platform => ({
  on: platform.on,
  parameters: platform.parameters,
  options: platform.options,
  processors: platform.processors.map((processor) => instrumentedProcessor(processor, hooks)),
  clock: platform.clock,
  faults: platform.faults,
  outside: platform.outside,
  trace: platform.trace,
  run: (program) => platform.run(program),
  start: (program) => platform.start(program),
  snapshot: () => platform.snapshot(),
  close: () => platform.close(),
});
