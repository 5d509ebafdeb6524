/** Small random changes all over a design, to measure how many of them the traffic notices. */
import { modulesOf } from '../../rtl/hdl/elaborate.ts';
import type { Expression, Module, SourceLocation } from '../../rtl/hdl/ir.ts';
import { noteModule, notesOf } from '../../rtl/hdl/module-notes.ts';
import { eachStatement, expressionsOf, operandsOf, rootsOf } from '../../rtl/hdl/traverse.ts';
import { Random } from '../simulator/index.ts';
import { notOf } from './places.ts';
import { rewriteModule } from './rewrite.ts';

export interface Mutant {
  /** What was changed, in a few words. */
  readonly change: string;
  readonly module: string;
  readonly location: SourceLocation;
  /** Makes the changed design. */
  build(): Module;
}

interface Place {
  readonly holder: Module;
  readonly node: Expression;
  readonly change: string;
  readonly replace: (node: Expression) => Expression;
}

/** The changes that suit an expression. */
const changesOf = (
  node: Expression,
): readonly (readonly [change: string, replace: (node: Expression) => Expression])[] => {
  switch (node.kind) {
    case 'binary': {
      const other = ({ and: 'or', or: 'and', xor: 'or', add: 'subtract', subtract: 'add' } as const)[
        node.operator as 'and'
      ];
      if (other !== undefined)
        return [
          [
            `${node.operator} becomes ${other}`,
            (each) => (each.kind === 'binary' ? { ...each, operator: other } : each),
          ],
        ];
      if (node.operator === 'equal') return [['equal is negated', notOf]];
      if (node.operator === 'less') {
        return [
          [
            'less takes its operands the other way',
            (each) => (each.kind === 'binary' ? { ...each, left: each.right, right: each.left } : each),
          ],
        ];
      }
      return [];
    }
    case 'unary':
      return node.operator === 'not'
        ? [['not is dropped', (each) => (each.kind === 'unary' ? each.operand : each)]]
        : [];
    case 'multiplex':
      return [
        [
          'the arms are swapped',
          (each) =>
            each.kind === 'multiplex' ? { ...each, whenTrue: each.whenFalse, whenFalse: each.whenTrue } : each,
        ],
      ];
    case 'constant':
      return [
        [
          'the lowest bit of a constant flips',
          (each) => (each.kind === 'constant' ? { ...each, value: each.value ^ 1n } : each),
        ],
      ];
    case 'slice':
      if (node.low === 0) return [];
      return [
        ['a slice begins one bit lower', (each) => (each.kind === 'slice' ? { ...each, low: each.low - 1 } : each)],
      ];
    default:
      return [];
  }
};

/** Expressions that only say something about the design, and are no part of it. */
const propertyNodes = (module: Module): Set<Expression> => {
  const nodes = new Set<Expression>();
  eachStatement(module.body, (statement) => {
    if (statement.kind === 'property') for (const root of expressionsOf(statement)) nodes.add(root);
  });
  return nodes;
};

const placesOf = (holder: Module): readonly Place[] => {
  const stated = propertyNodes(holder);
  const seen = new Set<Expression>();
  const places: Place[] = [];
  const visit = (node: Expression): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const [change, replace] of changesOf(node)) places.push({ holder, node, change, replace });
    for (const operand of operandsOf(node)) visit(operand);
  };
  for (const root of rootsOf(holder)) if (!stated.has(root)) visit(root);
  return places;
};

/** The design with another module in one's place, everywhere. */
const replaceModule = (top: Module, from: Module, to: Module): Module => {
  const known = new Map<Module, Module>([[from, to]]);
  const visit = (module: Module): Module => {
    const found = known.get(module);
    if (found !== undefined) return found;
    const instances = module.instances.map((instance) => ({ ...instance, module: visit(instance.module) }));
    const same = instances.every((instance, index) => instance.module === module.instances[index]?.module);
    const changed = same ? module : { ...module, instances };
    if (!same) noteModule(changed, notesOf(module));
    known.set(module, changed);
    return changed;
  };
  return visit(top);
};

/** `count` mutants drawn from all places of the design alike, the same ones for the same seed. */
export const sampleMutants = (top: Module, count: number, seed: number): readonly Mutant[] => {
  const places = modulesOf(top).flatMap(placesOf);
  const random = new Random(seed);
  return Array.from({ length: Math.min(count, places.length) }, () => {
    const [place] = places.splice(random.word() % places.length, 1);
    if (place === undefined) throw new Error('there are no places left');
    const { holder, node, change, replace } = place;
    return {
      change,
      module: holder.name,
      location: node.location,
      build: () =>
        replaceModule(
          top,
          holder,
          rewriteModule(holder, { expression: (each, original) => (original === node ? replace(each) : each) }),
        ),
    };
  });
};
