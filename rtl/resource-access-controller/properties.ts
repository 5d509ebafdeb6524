import { bit, module, output } from '../hdl/index.ts';
import { resourceAccessController } from './controller.ts';
import { managerPrefix } from './interface.ts';
import { controllerPorts } from './ports.ts';
import { processorPaths, processorProperties } from './properties-processor.ts';
import { type Seen, seenInstance } from './properties-seen.ts';
import { transactionPaths, transactionProperties } from './properties-transactions.ts';
import type { Geometry } from './shapes.ts';

/** The controller with everything around it that the proofs of its path rest on, for simulation; the same ports. */
export const checkedController = (p: Geometry) =>
  module(
    'checked_controller',
    { ...controllerPorts(p), irq: output(bit) },
    (io, m) => {
      const paths = [...new Set([...transactionPaths(p), ...processorPaths()])].map((path) => `path.${path}`);
      const { instance, seen } = seenInstance(m, 'controller', resourceAccessController(p), paths);
      for (const name of ['s_axi', 's_axil', ...Array.from({ length: p.ports }, (_, port) => managerPrefix(port))]) {
        const bus = Reflect.get(io, name) as typeof io.s_axi;
        bus.connect(Reflect.get(instance, name) as typeof instance.s_axi);
      }
      instance.device_interrupt.set(io.device_interrupt);
      io.resource_interrupt.set(instance.resource_interrupt);
      io.reset_request.set(instance.reset_request);
      instance.reset_acknowledge.set(io.reset_acknowledge);
      io.irq.set(instance.irq);
      const inPath: Seen = (path) => seen(`path.${path}`);
      transactionProperties(p, m, inPath);
      processorProperties(p, m, io.s_axi, inPath);
    },
    { documentation: 'The resource access controller with properties.', parameters: { ...p } },
  );
