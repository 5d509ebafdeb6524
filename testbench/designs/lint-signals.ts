/** Finds JavaScript's operators on signals in a project or in files, by the types that TypeScript finds. */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import { type Checker, type Program, type Project, type Type, TypeFlags } from 'typescript/unstable/sync';
import { DesignError } from './design-error.ts';
import { askTypeScript, inDesignProject } from './design-project.ts';
import { type LiteralUse, literalUsesOf, misfit } from './literal-widths.ts';
import { type Question, questionOf } from './signal-questions.ts';

export interface Finding {
  /** From where the command runs. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What was found: an operator, a statement, or the code of an error in types. */
  readonly construct: string;
  readonly message: string;
}

const nothing = TypeFlags.Undefined | TypeFlags.Null | TypeFlags.Void;

/** Members that every value (`readView`) and every bundle (`viewOf`) has. */
const marks = ['__@readView@', '__@viewOf@'];
const handles = new Set(['MemoryHandle', 'Rom']);

/** Whether values of a type are signals, bundles or memories. */
const signalTest = (checker: Checker): ((type: Type) => boolean) => {
  const known = new Map<Type['id'], boolean>();
  const look = (type: Type): boolean => {
    if ((type.flags & (TypeFlags.Any | TypeFlags.Unknown | TypeFlags.Never | nothing)) !== 0) return false;
    if (type.isUnionType() || type.isIntersectionType()) return type.getTypes().some(isSignal);
    if (type.isTypeParameter()) {
      const bound = checker.getBaseConstraintOfType(type);
      return bound !== undefined && bound.id !== type.id && isSignal(bound);
    }
    if ((type.flags & TypeFlags.Object) === 0) return false;
    if (handles.has(type.getSymbol()?.name ?? '')) return true;
    return checker.getPropertiesOfType(type).some(({ name }) => marks.some((mark) => name.startsWith(mark)));
  };
  const isSignal = (type: Type): boolean => {
    const before = known.get(type.id);
    if (before !== undefined) return before;
    known.set(type.id, false);
    const found = look(type);
    known.set(type.id, found);
    return found;
  };
  return isSignal;
};

/**
 * The types of nodes. To TypeScript an object is always true, so that past `if (io.c) return`, or in the other branch, it holds that
 * `io.c` can be nothing at all: there the type that was declared counts.
 */
const typesOf = (checker: Checker, nodes: readonly Node[]): readonly (Type | undefined)[] => {
  if (nodes.length === 0) return [];
  const never = (type: Type | undefined): boolean => type !== undefined && (type.flags & TypeFlags.Never) !== 0;
  return checker.getTypeAtLocation(nodes).map((type, index) => {
    if (!never(type)) return type;
    const symbol = checker.getSymbolAtLocation(nodes[index] as Node);
    return symbol === undefined ? type : checker.getTypeOfSymbol(symbol);
  });
};

/** Whether a value may be missing, as an optional port is. */
const mayBeNothing = (type: Type): boolean =>
  type.isUnionType() && type.getTypes().some(({ flags }) => (flags & nothing) !== 0);

const placeIn = (source: SourceFile, start: number): Pick<Finding, 'file' | 'line' | 'column'> => {
  const lines = source.text.slice(0, start).split('\n');
  return {
    file: relative(process.cwd(), source.fileName),
    line: lines.length,
    column: (lines.at(-1) ?? '').length + 1,
  };
};

const questionsIn = (source: SourceFile): readonly Question[] => {
  const asked: Question[] = [];
  const visit = (node: Node): void => {
    const found = questionOf(node);
    if (found !== null) asked.push(found);
    node.forEachChild(visit);
  };
  visit(source);
  return asked;
};

const findingsIn = (source: SourceFile, checker: Checker, isSignal: (type: Type) => boolean): readonly Finding[] => {
  const asked = questionsIn(source);
  const types = typesOf(
    checker,
    asked.flatMap(({ operands }) => operands),
  );
  let at = 0;
  return asked.flatMap(({ node, operands, construct, remedy, comparesPresence }) => {
    const own = types.slice(at, at + operands.length).filter((type) => type !== undefined);
    at += operands.length;
    if (comparesPresence && own.some((type) => (type.flags & nothing) !== 0)) return [];
    if (!own.some(isSignal)) return [];
    const presence = own.some(mayBeNothing) ? '; to ask whether it is there, write !== undefined' : '';
    const message = `${construct} on a signal looks at the object, never at its bits: ${remedy}${presence}`;
    return [{ ...placeIn(source, node.getStart(source)), construct, message }];
  });
};

/** Numbers that do not fit the signals beside them. */
const misfitsIn = (source: SourceFile, checker: Checker): readonly Finding[] => {
  const uses: LiteralUse[] = [];
  const visit = (node: Node): void => {
    uses.push(...literalUsesOf(node));
    node.forEachChild(visit);
  };
  visit(source);
  const types = typesOf(
    checker,
    uses.map(({ receiver }) => receiver),
  );
  const brands = new Map<Type['id'], string>();
  const brandOf = (type: Type): string => {
    const known = brands.get(type.id);
    if (known !== undefined) return known;
    const member = checker.getPropertiesOfType(type).find(({ name }) => name.startsWith('__@brand@'));
    const brand = member === undefined ? undefined : checker.getTypeOfSymbol(member);
    const text = brand === undefined ? '' : checker.typeToString(brand);
    brands.set(type.id, text);
    return text;
  };
  return uses.flatMap((use, index) => {
    const type = types[index];
    const message = type === undefined || (type.flags & TypeFlags.Object) === 0 ? null : misfit(use, brandOf(type));
    return message === null
      ? []
      : [{ ...placeIn(source, use.node.getStart(source)), construct: `${use.method}(...)`, message }];
  });
};

/** What TypeScript itself refuses in a file: where types are wrong, signals may not be known for what they are. */
const typeErrorsIn = (program: Program, source: SourceFile): readonly Finding[] =>
  [...program.getSyntacticDiagnostics(source.fileName), ...program.getSemanticDiagnostics(source.fileName)].map(
    ({ pos, code, text }) => ({
      ...placeIn(source, pos),
      construct: `TS${code}`,
      message: `error TS${code}: ${text}`,
    }),
  );

/** The folders of the language, whose own files compare their objects: none where a program uses no signals, several where it has copies. */
const languagesOf = (program: Program): readonly string[] =>
  program
    .getSourceFileNames()
    .filter((name) => /\/rtl\/hdl\/types(\.d)?\.ts$/.test(name))
    .map(dirname);

interface Sight {
  readonly program: Program;
  readonly checker: Checker;
  readonly isSignal: (type: Type) => boolean;
}

type Look = (source: SourceFile, sight: Sight) => readonly Finding[];

const traps: Look = (source, { checker, isSignal }) => findingsIn(source, checker, isSignal);
const misfits: Look = (source, { checker }) => misfitsIn(source, checker);
const typeErrors: Look = (source, { program }) => typeErrorsIn(program, source);

const lintFiles = (
  { program, checker }: Pick<Project, 'program' | 'checker'>,
  files: readonly string[],
  looks: readonly Look[],
): readonly Finding[] => {
  const languages = languagesOf(program);
  const sight = { program, checker, isSignal: signalTest(checker) };
  return files.flatMap((file) => {
    if (file.includes('/node_modules/') || languages.some((folder) => dirname(file).startsWith(folder))) return [];
    const source = program.getSourceFile(file);
    return source === undefined ? [] : looks.flatMap((look) => look(source, sight));
  });
};

/**
 * Looks through all files of a project.
 * @param config its `tsconfig.json`
 * @throws DesignError where the project cannot be read, or uses no signals
 */
export const lintProject = (config: string): readonly Finding[] => {
  if (!existsSync(config)) throw new DesignError(`${config}: no such file or directory`);
  const path = resolve(config);
  return askTypeScript({ cwd: dirname(path) }, (api) => {
    const project = api.updateSnapshot({ openProjects: [path] }).getProject(path);
    if (project === undefined) throw new DesignError(`there is no project at ${config}`);
    if (languagesOf(project.program).length === 0)
      throw new DesignError(`${config} uses no signals: none of its files imports portcullis`);
    return lintFiles(project, project.rootFiles, [traps, misfits]);
  });
};

/** Looks through a file, in the project that it belongs to, for errors in its types as well. @throws DesignError */
export const lintDesign = (path: string): readonly Finding[] => {
  if (!existsSync(path)) throw new DesignError(`${path}: no such file or directory`);
  const file = resolve(path);
  return inDesignProject([file], (project) => lintFiles(project, [file], [typeErrors, traps, misfits]));
};

/**
 * Finds the operators alone, which nothing else can refuse: wrong widths and numbers are refused where the design is elaborated, and types are the editor's.
 * @param files absolute paths: the file that a command runs, and those that it imports
 */
export const trapsIn = (files: readonly [string, ...string[]]): readonly Finding[] =>
  inDesignProject(files, (project) => lintFiles(project, files, [traps]));
