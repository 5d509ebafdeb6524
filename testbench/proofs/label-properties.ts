/** Properties under names that a tool's answer can be matched with, and where each was declared. */
import type { Module, SourceLocation, Statement } from '../../rtl/hdl/ir.ts';
import { rewriteModule } from '../mutation/rewrite.ts';

export interface ProofProperty {
  /** The names of the instances that hold it and its own, joined by dots, as the simulator calls it. */
  readonly path: string;
  /** An assertion is to hold in every cycle; a cover is to hold in some. */
  readonly flavour: 'assert' | 'cover';
  readonly location: SourceLocation;
  /** Its cell in the flattened design. */
  readonly label: string;
}

export interface LabelledDesign {
  /** The design with every property renamed to its label, and every cover as an assertion that it never comes. */
  readonly module: Module;
  readonly properties: readonly ProofProperty[];
  /** What each register that has a reset holds after it, by path. */
  readonly resets: readonly { readonly path: string; readonly width: number; readonly value: bigint }[];
}

type Property = Extract<Statement, { kind: 'property' }>;

const propertiesIn = (statements: readonly Statement[]): readonly Property[] =>
  statements.flatMap((statement): readonly Property[] => {
    switch (statement.kind) {
      case 'property':
        return [statement];
      case 'if':
        return [...propertiesIn(statement.then), ...propertiesIn(statement.otherwise)];
      case 'switch':
        return [...statement.cases.flatMap(({ body }) => propertiesIn(body)), ...propertiesIn(statement.otherwise)];
      case 'assign':
      case 'memory_write':
        return [];
      default:
        throw new Error(`unknown kind of statement ${statement satisfies never}`);
    }
  });

const neverComes = (property: Property): Property => {
  const { condition, location } = property;
  const not = { kind: 'unary', operator: 'not', operand: condition, width: 1, signed: false, location } as const;
  return { ...property, flavour: 'assert', condition: not };
};

interface Labelled {
  readonly module: Module;
  readonly labels: ReadonlyMap<Property, string>;
}

const labeller = (): ((module: Module) => Labelled) => {
  const done = new Map<Module, Labelled>();
  const labelled = (module: Module): Labelled => {
    const found = done.get(module);
    if (found !== undefined) return found;
    const labels = new Map(
      propertiesIn(module.body).map((property, index) => [property, `property_${index}`] as const),
    );
    const rewritten = rewriteModule(module, {
      instance: (instance) => ({ ...instance, module: labelled(instance.module).module }),
      statement(statement, original) {
        if (statement.kind !== 'property') return [statement];
        const name = labels.get(original as Property) ?? statement.name;
        return [{ ...(statement.flavour === 'cover' ? neverComes(statement) : statement), name }];
      },
    });
    const result = { module: rewritten, labels };
    done.set(module, result);
    return result;
  };
  return labelled;
};

export const labelProperties = (top: Module): LabelledDesign => {
  const labelled = labeller();
  const properties: ProofProperty[] = [];
  const resets: { path: string; width: number; value: bigint }[] = [];
  const walk = (module: Module, prefix: string): void => {
    for (const [{ name, flavour, location }, label] of labelled(module).labels)
      if (flavour !== 'assume')
        properties.push({ path: `${prefix}${name}`, flavour, location, label: `${prefix}${label}` });
    for (const { kind, name, width, reset } of module.signals)
      if (kind === 'register' && reset !== null) resets.push({ path: `${prefix}${name}`, width, value: reset });
    for (const instance of module.instances) walk(instance.module, `${prefix}${instance.name}.`);
  };
  walk(top, '');
  return { module: labelled(top).module, properties, resets };
};
