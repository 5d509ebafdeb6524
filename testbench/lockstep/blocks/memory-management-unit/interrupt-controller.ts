/** By which processors interrupt each other: hardware of the testbench, with a register port for each, so that none waits for another at it. */
import { bits, connect, input, type ModuleDefinition, module, output, type Ports } from '../../../../rtl/hdl/index.ts';
import { axiLite } from '../../../../rtl/parts/axi/bundles.ts';
import { registerMap } from '../../../../rtl/parts/register-map/declare.ts';
import { registerPort } from '../../../../rtl/parts/register-map/port.ts';
import { word } from '../../../../rtl/parts/rings.ts';

export const interruptRegisters = { raise: 0x000, acknowledge: 0x004, waiting: 0x008 } as const;
const addressWidth = 12;

/** One interrupt is under way at a time: software sees to that, as with a lock. */
const mapOf = (processors: number) =>
  registerMap({
    name: 'processor_interrupts',
    description: 'Interrupts of other processors.',
    addressWidth,
    registers: {
      raise: {
        description: 'Interrupts these processors.',
        address: interruptRegisters.raise,
        access: 'pulse',
        fields: { processors: { description: 'A bit for each.', width: processors } },
      },
      acknowledge: {
        description: 'Ends the interrupt of the processor whose port this is.',
        address: interruptRegisters.acknowledge,
        access: 'pulse',
        fields: { done: { description: 'It has done what it was to do.' } },
      },
      waiting: {
        description: 'Who has not acknowledged.',
        address: interruptRegisters.waiting,
        access: 'read-only',
        fields: { processors: { description: 'A bit for each.', width: processors } },
      },
    },
  });

export const portOf = (processor: number): string => `p${processor}_axil`;

export const interruptController = (processors: number): ModuleDefinition<Ports> => {
  const map = mapOf(processors);
  const all = Array.from({ length: processors }, (_, processor) => processor);
  return module(
    'processor_interrupts',
    {
      interrupt: output.reg(bits<number>(processors), { reset: 0 }),
      ...Object.fromEntries(all.map((processor) => [portOf(processor), input(axiLite({ addressWidth }))])),
    },
    (io, m) => {
      const { interrupt } = io;
      const ports = m.instances(Object.fromEntries(all.map((each) => [`port_${each}`, registerPort(map)])));
      const sides = all.map((each) => ports[`port_${each}`]!);
      for (const [each, { s_axil, status }] of sides.entries()) {
        connect((io as unknown as Record<string, never>)[portOf(each)]!, s_axil as never);
        status.waiting.processors.set(interrupt);
      }
      const raised = sides.map(({ settings }) => settings.raise.processors).reduce((sum, each) => sum.or(each));
      const acknowledged = word(sides.map(({ settings }) => settings.acknowledge.done));
      interrupt.set(interrupt.and(acknowledged.not()).or(raised));
    },
    { documentation: 'Interrupts of processors by each other.', parameters: { processors } },
  ) as unknown as ModuleDefinition<Ports>;
};
