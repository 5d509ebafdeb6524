import { type Diagnostic, fail } from './diagnostic.ts';
import { noteEnumeration } from './enumeration-notes.ts';
import { reference } from './expression.ts';
import type { Expression, Instance, Memory, Module, Signal, SourceLocation, Statement } from './ir.ts';
import { refuseMissing } from './missing-method.ts';
import { checkName } from './reserved-words.ts';
import type { Scope } from './scope.ts';
import { currentScope } from './scope.ts';
import { describeOperand, type LeafInfo } from './shape.ts';
import { here } from './source-location.ts';
import type { How, Leaf, Target } from './value.ts';

/** What a signal is declared as, beside its name and type. */
export interface SignalOptions {
  readonly kind: Signal['kind'];
  readonly port?: Signal['port'];
  readonly reset?: bigint | null;
  readonly initial?: Expression | null;
}

/** Which module, by name, declared each signal and memory, so that one used in another module is refused with both names. */
export const ownerNames = new WeakMap<Signal | Memory, string>();

const readOnlyReasons: Record<Signal['kind'], string> = {
  input: 'it is an input port of this module',
  instance_output: 'an instance drives it',
  wire: 'it is driven by the expression that m.named gave it',
  register: 'it belongs to a memory',
};

/** Runs it; what it calls that a value has not is refused as such. */
const runOrRefuse = (body: () => unknown): unknown => {
  try {
    return body();
  } catch (error) {
    refuseMissing(error);
    throw error;
  }
};

/** Runs what an author wrote, which has done everything by the time it returns. */
export const runBody = (body: () => unknown, what: string, location: SourceLocation): void => {
  if (typeof body !== 'function')
    fail('wrong-kind', location, { operation: what, expected: 'a function', actual: describeOperand(body) });
  const result = runOrRefuse(body);
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined);
  fail('async-body', location, { what });
};

/** What walks statements calls itself as deeply as they are, and no clock waits for more decisions. */
const deepestBranch = 500;

/** The module under elaboration: its declarations, and the statements in the branch that is open. */
export class ModuleBuilder implements Scope {
  readonly moduleName: string;
  readonly location: SourceLocation;
  readonly signals: Signal[] = [];
  readonly memories: Memory[] = [];
  readonly instances: Instance[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #prologue: Statement[] = [];
  readonly #body: Statement[] = [];
  readonly #branches: Statement[][] = [this.#body];
  /** Decisions that what is appended depends on. */
  #depth = 0;
  readonly #names = new Map<string, SourceLocation>();
  /** Where each signal was first set, and where it was connected. */
  readonly #set = new Map<Signal, SourceLocation>();
  readonly #connected = new Map<Signal, SourceLocation>();
  /** Where each signal was last set in a branch, whatever happens there. */
  readonly #drivers = new WeakMap<Statement[], Map<Signal, SourceLocation>>();

  constructor(moduleName: string, location: SourceLocation) {
    this.moduleName = moduleName;
    this.location = location;
  }

  get openBranch(): Statement[] {
    return this.#branches.at(-1) ?? this.#body;
  }

  append(statement: Statement): void {
    this.openBranch.push(statement);
  }

  /** Whether what is appended depends on a condition. */
  get inBranch(): boolean {
    return this.#branches.length > 1;
  }

  /** Puts a statement before all others and outside every branch. */
  prepend(statement: Statement): void {
    this.#prologue.push(statement);
  }

  /**
   * The statements that `body` makes.
   * @param links branches of the same chain that come before it: each is decided within the one before
   */
  branch(body: () => void, links = 0): Statement[] {
    const statements: Statement[] = [];
    const location = here();
    const outside = this.#depth;
    this.#depth += 1 + links;
    if (this.#depth > deepestBranch) fail('deep-branch', location, { limit: deepestBranch });
    this.#branches.push(statements);
    try {
      runBody(body, 'a branch', location);
    } finally {
      this.#branches.pop();
      this.#depth = outside;
    }
    return statements;
  }

  takeName(name: string, what: string, location: SourceLocation): void {
    const operation = `declaring ${what} ${name}`;
    if (currentScope(operation) !== this) fail('outside-module', location, { operation });
    checkName(name, what, location);
    const taken = this.#names.get(name);
    if (taken !== undefined)
      fail('duplicate-name', location, { name, what }, [{ note: 'first declared', location: taken }]);
    this.#names.set(name, location);
  }

  /** A name that is free, made from `base`. */
  freeName(base: string): string {
    if (!this.#names.has(base)) return base;
    let number = 1;
    while (this.#names.has(`${base}_${number}`)) number += 1;
    return `${base}_${number}`;
  }

  declareSignal(name: string, type: LeafInfo, options: SignalOptions, what: string, location: SourceLocation): Signal {
    this.takeName(name, what, location);
    const signal: Signal = {
      kind: options.kind,
      name,
      width: type.width,
      signed: type.kind === 'bits' && type.signed,
      port: options.port ?? null,
      reset: options.reset ?? null,
      initial: options.initial ?? null,
      location,
    };
    this.signals.push(signal);
    if (type.kind === 'enumeration') noteEnumeration(signal, type);
    ownerNames.set(signal, this.moduleName);
    return signal;
  }

  declareMemory(memory: Memory): void {
    this.takeName(memory.name, 'memory', memory.location);
    this.memories.push(memory);
    ownerNames.set(memory, this.moduleName);
  }

  /** A leaf that reads the signal, and sets it where `settable`. */
  leafOf(signal: Signal, settable: boolean): Leaf {
    const expression = reference(signal, signal.location);
    if (settable) return { expression, target: this.#targetOf(signal) };
    return { expression, target: null, readOnly: readOnlyReasons[signal.kind] };
  }

  #targetOf(signal: Signal): Target {
    return {
      statement: (low, value, location, how) => {
        const user = currentScope('set');
        if (user !== this)
          fail('foreign-signal', location, { signal: signal.name, owner: this.moduleName, user: user.moduleName });
        this.#noteDriver(signal, location, how);
        return { kind: 'assign', target: signal, low, value, location };
      },
    };
  }

  #noteDriver(signal: Signal, location: SourceLocation, how: How): void {
    const connected = this.#connected.get(signal);
    const first = this.#set.get(signal);
    const other = connected ?? (how === 'connect' && this.openBranch === this.#body ? first : undefined);
    if (other !== undefined)
      fail('multiply-driven', location, { signal: signal.name }, [{ note: 'the other driver', location: other }]);
    if (how === 'connect' && this.openBranch === this.#body) this.#connected.set(signal, location);
    if (first === undefined) this.#set.set(signal, location);
    const drivers = this.#drivers.get(this.openBranch) ?? new Map<Signal, SourceLocation>();
    const before = drivers.get(signal);
    if (how === 'whole' && before !== undefined)
      fail('overridden', location, { signal: signal.name }, [{ note: 'set before', location: before }]);
    this.#drivers.set(this.openBranch, drivers.set(signal, location));
  }

  report(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic);
  }

  finish(): Module {
    return {
      name: this.moduleName,
      blackBox: false,
      clocked: isClocked(this),
      signals: this.signals,
      memories: this.memories,
      instances: this.instances,
      body: this.body,
      location: this.location,
    };
  }

  get body(): readonly Statement[] {
    return [...this.#prologue, ...this.#body];
  }
}

const holdsClockedStatement = (statements: readonly Statement[]): boolean =>
  statements.some((statement) => {
    switch (statement.kind) {
      case 'assign':
        return false;
      case 'if':
        return holdsClockedStatement(statement.then) || holdsClockedStatement(statement.otherwise);
      case 'switch':
        return (
          statement.cases.some((one) => holdsClockedStatement(one.body)) || holdsClockedStatement(statement.otherwise)
        );
      case 'memory_write':
      case 'property':
        return true;
      default:
        throw new Error(`unknown statement ${statement satisfies never}`);
    }
  });

const isClocked = (builder: ModuleBuilder): boolean =>
  builder.signals.some((signal) => signal.kind === 'register') ||
  builder.instances.some((instance) => instance.module.clocked) ||
  holdsClockedStatement(builder.body);

/** The builder of the module being elaborated. */
export const currentBuilder = (operation: string): ModuleBuilder => {
  const scope = currentScope(operation);
  if (!(scope instanceof ModuleBuilder)) throw new Error('the open scope is not a module');
  return scope;
};
