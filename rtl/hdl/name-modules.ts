import { createHash } from 'node:crypto';
import type { Expression, Module, Statement } from './ir.ts';
import { noteModule, notesOf } from './module-notes.ts';
import { isShape, shapeInfo } from './shape.ts';

/**
 * Names the modules of a design by content: modules of equal content become one, modules of different content under one
 * name get a suffix, from the parameters that tell them apart where they have them, else from a hash of the content.
 */

/** Everything that matters about a module as text, source lines left out. */
const contentOf = (module: Module, identityOf: (held: Module) => string): string => {
  const numbers = new Map<Expression, number>();
  const lines: string[] = [];
  /** Shared expressions are written once and then by number, so that the text stays as small as the graph. */
  const write = (expression: Expression): string => {
    const known = numbers.get(expression);
    if (known !== undefined) return `#${known}`;
    const text = expressionText(expression, write);
    const number = numbers.size;
    numbers.set(expression, number);
    lines.push(`#${number} ${expression.width}${expression.signed ? 's' : 'u'} ${text}`);
    return `#${number}`;
  };
  const statement = (one: Statement): string => {
    switch (one.kind) {
      case 'assign':
        return `${one.target.name}[${one.low}]=${write(one.value)}`;
      case 'if':
        return `if ${write(one.condition)}{${one.then.map(statement).join(';')}}{${one.otherwise.map(statement).join(';')}}`;
      case 'switch': {
        const cases = one.cases.map((each) => `${each.values.join(',')}:{${each.body.map(statement).join(';')}}`);
        return `switch ${write(one.subject)}(${cases.join('')}){${one.otherwise.map(statement).join(';')}}`;
      }
      case 'memory_write':
        return `write ${one.memory.name} ${write(one.address)} ${write(one.data)} ${one.mask === null ? '-' : write(one.mask)}`;
      case 'property':
        return `${one.flavour} ${JSON.stringify(one.name)} ${write(one.condition)}`;
      default:
        throw new Error(`unknown statement ${one satisfies never}`);
    }
  };
  const parts = [
    `${module.name} ${module.blackBox} ${module.clocked} ${notesOf(module).verilog ?? ''}`,
    ...module.signals.map((signal) => {
      const initial = signal.initial === null ? '-' : write(signal.initial);
      return `${signal.kind} ${signal.name} ${signal.width} ${signal.signed} ${signal.port} ${signal.reset} ${initial}`;
    }),
    ...module.memories.map(
      (memory) =>
        `memory ${memory.name} ${memory.width} ${memory.depth} ${memory.readDuringWrite} ${memory.contents.join(',')}`,
    ),
    ...module.instances.map((instance) => {
      const inputs = [...instance.inputs].map(([name, value]) => `${name}=${write(value)}`);
      const outputs = [...instance.outputs].map(([name, signal]) => `${name}=${signal.name}`);
      return `instance ${instance.name} ${identityOf(instance.module)} ${inputs.join(',')} ${outputs.join(',')}`;
    }),
    ...module.body.map(statement),
  ];
  return [...lines, ...parts].join('\n');
};

const expressionText = (expression: Expression, write: (part: Expression) => string): string => {
  switch (expression.kind) {
    case 'constant':
      return String(expression.value);
    case 'reference':
      return expression.signal.name;
    case 'unary':
      return `${expression.operator} ${write(expression.operand)}`;
    case 'binary':
      return `${expression.operator} ${write(expression.left)} ${write(expression.right)}`;
    case 'multiplex':
      return `? ${write(expression.condition)} ${write(expression.whenTrue)} ${write(expression.whenFalse)}`;
    case 'slice':
      return `slice ${write(expression.operand)} ${expression.low}`;
    case 'concatenation':
      return `{ ${expression.parts.map(write).join(' ')}`;
    case 'extension':
      return `extend ${write(expression.operand)}`;
    case 'select':
      return `select ${write(expression.index)} ${expression.elements.map(write).join(' ')}`;
    case 'reinterpretation':
      return `as ${write(expression.operand)}`;
    case 'memory_read':
      return `read ${expression.memory.name} ${write(expression.address)}`;
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A parameter as a piece of an identifier; null where it has no short text. */
const parameterText = (value: unknown): string | null => {
  if (typeof value === 'number' || typeof value === 'bigint')
    return value < 0 ? `minus${-value}` : String(value).replaceAll(/[^0-9A-Za-z]/g, '_');
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string') return value.replaceAll(/[^0-9A-Za-z]+/g, '_').slice(0, 24);
  if (isShape(value)) return String(shapeInfo(value).width);
  return null;
};

interface Variant {
  readonly module: Module;
  readonly identity: string;
}

/** The parameters, by name, that are not the same in all variants. */
const differingParameters = (variants: readonly Variant[]): string[] => {
  const all = variants.map((variant) => notesOf(variant.module).parameters ?? {});
  const keys = new Set(all.flatMap((parameters) => Object.keys(parameters)));
  return [...keys].filter((key) => new Set(all.map((parameters) => parameterText(parameters[key]))).size > 1);
};

/** A name is a file's too, and some machines have no room for longer ones. */
const longestSuffix = 100;

const readableSuffixes = (variants: readonly Variant[], keys: readonly string[]): string[] =>
  variants.map(({ module }) => {
    const parameters = notesOf(module).parameters ?? {};
    const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return keys.map((key) => `_${snake(key)}${parameterText(parameters[key]) ?? ''}`).join('');
  });

/** Of the parameters that differ, from the first on, those without which some variants could not be told apart. */
const tellingParameters = (variants: readonly Variant[], keys: readonly string[]): string[] => {
  const kinds = (some: readonly string[]): number => new Set(readableSuffixes(variants, some)).size;
  const telling: string[] = [];
  for (const key of keys) if (kinds([...telling, key]) > kinds(telling)) telling.push(key);
  return telling;
};

const suffixes = (variants: readonly Variant[]): string[] => {
  const keys = differingParameters(variants);
  const all = readableSuffixes(variants, keys);
  const isShort = all.every((suffix) => suffix.length <= longestSuffix);
  const readable = isShort ? all : readableSuffixes(variants, tellingParameters(variants, keys));
  const unique = new Set(readable).size === readable.length && readable.every((suffix) => suffix !== '');
  return unique
    ? readable
    : variants.map((variant, index) => `${readable[index] ?? ''}_${variant.identity.slice(0, 8)}`);
};

/**
 * The name of each variant, by its identity. No two are the same, also where letters are not told from capitals, as in the names of files on
 * some machines.
 */
const finalNames = (byName: ReadonlyMap<string, readonly Variant[]>): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const take = (variant: Variant, wanted: string): void => {
    let name = wanted;
    for (let digits = 8; taken.has(name.toLowerCase()); digits += 4)
      name = `${wanted}_${variant.identity.slice(0, digits)}`;
    taken.add(name.toLowerCase());
    names.set(variant.identity, name);
  };
  const endings = [...byName].flatMap(([name, group]) => {
    const endingsOfGroup = group.length === 1 ? [''] : suffixes(group);
    return group.map((variant, index) => ({ variant, name, ending: endingsOfGroup[index] ?? '' }));
  });
  // A black box is what its author calls it; then come those that need no ending.
  for (const { variant, name } of endings.filter((each) => each.variant.module.blackBox)) {
    taken.add(name.toLowerCase());
    names.set(variant.identity, name);
  }
  const others = endings.filter((each) => !each.variant.module.blackBox);
  for (const { variant, name } of others.filter(({ ending }) => ending === '')) take(variant, name);
  for (const { variant, name, ending } of others.filter((each) => each.ending !== ''))
    take(variant, `${name}${ending}`);
  return names;
};

/** The same design under its final names; the modules of equal content are one object. */
export const nameModules = (top: Module): Module => {
  const identities = new Map<Module, string>();
  const variants = new Map<string, Variant>();
  const identify = (module: Module): string => {
    const known = identities.get(module);
    if (known !== undefined) return known;
    for (const instance of module.instances) identify(instance.module);
    const identity = hash(contentOf(module, identify));
    identities.set(module, identity);
    if (!variants.has(identity)) variants.set(identity, { module, identity });
    return identity;
  };
  const topIdentity = identify(top);

  const byName = new Map<string, Variant[]>();
  for (const variant of variants.values())
    byName.set(variant.module.name, [...(byName.get(variant.module.name) ?? []), variant]);
  const names = finalNames(byName);

  const finished = new Map<string, Module>();
  const finish = (identity: string): Module => {
    const known = finished.get(identity);
    if (known !== undefined) return known;
    const variant = variants.get(identity);
    if (variant === undefined) throw new Error('a module without identity');
    const { module } = variant;
    const named: Module = {
      ...module,
      name: names.get(identity) ?? module.name,
      instances: module.instances.map((instance) => ({ ...instance, module: finish(identify(instance.module)) })),
    };
    noteModule(named, notesOf(module));
    finished.set(identity, named);
    return named;
  };
  return finish(topIdentity);
};
