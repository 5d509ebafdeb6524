import { fail } from './diagnostic.ts';
import { elaborateBody, giveModule, type ModuleDefinition } from './module.ts';
import { type InputPort, input, type Ports } from './ports.ts';
import { bit } from './shapes.ts';
import { here } from './source-location.ts';
import type { BitsShape } from './types.ts';

/** The ports of a module, and its reset among them. */
export type Resettable<P extends Ports> = P & { readonly aresetn: InputPort<BitsShape<1>> };

/**
 * A module whose instances can be put in reset by the module that holds them: `aresetn` is one more input of the instance. While it is 0 the instance is
 * in reset, and all within it; the reset of the design goes on resetting it as well. The module itself stays as it is.
 *
 * @throws ElaborationError where the module has no clock, and so nothing to reset
 */
export const resettable = <P extends Ports>(definition: ModuleDefinition<P>): ModuleDefinition<Resettable<P>> => {
  const location = here();
  const held = elaborateBody(definition);
  if (!held.clocked)
    fail('wrong-kind', location, {
      operation: 'resettable',
      expected: 'a module with a clock',
      actual: `${definition.name}, which has none and nothing to reset`,
      instead: `instantiate ${definition.name} as it is`,
    });
  const result = { name: definition.name, ports: { aresetn: input(bit), ...definition.ports } };
  giveModule(result, held);
  return result as unknown as ModuleDefinition<Resettable<P>>;
};
