/** The lines of a scenario file: words and `name=value` pairs, nested by indentation; each knows where it stands. */
import { nearestName } from '../../rtl/parts/parameters.ts';

/** What is wrong with a scenario, with file and line. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

export interface Statement {
  readonly file: string;
  readonly line: number;
  /** As written, without indentation and comment. */
  readonly text: string;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly body: Statement[];
}

export const refuse = ({ file, line }: Pick<Statement, 'file' | 'line'>, message: string): ScenarioError =>
  new ScenarioError(`${file}:${line}: ${message}`);

/** Refuses a word that is none of the choices, with the nearest. */
export const refuseWord = (
  statement: Statement,
  what: string,
  word: string,
  choices: readonly string[],
): ScenarioError => {
  const near = nearestName(word, choices);
  const hint = near === undefined ? '' : ` Did you mean '${near}'?`;
  return refuse(statement, `there is no ${what} '${word}'.${hint} Choices: ${choices.join(', ')}.`);
};

/** Runs a check of another part, and puts the place before what it says. */
export const at = <T>(statement: Statement, check: () => T): T => {
  try {
    return check();
  } catch (error) {
    if (error instanceof Error && ['ParameterError', 'CaptureError', 'RangeError'].includes(error.name))
      throw refuse(statement, error.message);
    throw error;
  }
};

const token = /(?:([A-Za-z][\w]*)=)?("(?:[^"\\]|\\.)*"|[^\s"#]+)/y;

const splitLine = (
  place: Pick<Statement, 'file' | 'line'>,
  text: string,
): Pick<Statement, 'text' | 'words' | 'options'> => {
  const words: string[] = [];
  const options = new Map<string, string>();
  let at = 0;
  for (;;) {
    while (text[at] === ' ') at += 1;
    if (at >= text.length || text[at] === '#') break;
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) throw refuse(place, `a quotation mark is missing in ${text.slice(at)}`);
    const [whole, name, raw = ''] = found;
    at += whole.length;
    let value = raw;
    if (raw.startsWith('"')) {
      try {
        value = String(JSON.parse(raw));
      } catch {
        throw refuse(place, `${raw} is no text; within quotation marks, write \\n, \\t, \\" and \\\\`);
      }
    }
    if (name === undefined) words.push(value);
    else if (options.has(name)) throw refuse(place, `'${name}' is given twice`);
    else options.set(name, value);
  }
  return { text: text.slice(0, at).trim(), words, options };
};

/** Reads the statements of a file. @throws ScenarioError */
export const readStatements = (source: string, file: string): readonly Statement[] => {
  const top: Statement[] = [];
  /** Bodies that are open, with the indentation of what stands in them. */
  const open: { indent: number | undefined; readonly body: Statement[] }[] = [{ indent: 0, body: top }];
  for (const [index, raw] of source.split(/\r?\n/).entries()) {
    const place = { file, line: index + 1 };
    const text = raw.trimEnd();
    if (/^\s*(#|$)/.test(text)) continue;
    if (/^ *\t/.test(text)) throw refuse(place, 'indent with blanks, not with tabs');
    const indent = text.length - text.trimStart().length;
    const inner = open.at(-1)!;
    const above = open.at(-2)?.indent ?? 0;
    if (inner.indent === undefined) {
      if (indent > above) inner.indent = indent;
      else open.pop();
    }
    while (open.length > 1 && indent < open.at(-1)!.indent!) open.pop();
    const { body, indent: expected } = open.at(-1)!;
    if (indent !== expected)
      throw refuse(
        place,
        `is indented by ${indent} blanks, where ${expected} were expected, or more after a line that opens a block`,
      );
    const statement: Statement = { ...place, ...splitLine(place, text.trimStart()), body: [] };
    body.push(statement);
    open.push({ indent: undefined, body: statement.body });
  }
  return top;
};
