import { catalogue, type ErrorCode, type ErrorParameters } from './error-catalogue.ts';
import type { SourceLocation } from './ir.ts';
import { formatLocation, isLanguageFrame } from './source-location.ts';

/** One thing wrong with a design. */
export interface Diagnostic {
  readonly code: ErrorCode;
  /** What is wrong; names the signals. */
  readonly message: string;
  /** The line of TypeScript at fault. */
  readonly location: SourceLocation;
  /** Other lines that belong to the fault, such as the first of two drivers. */
  readonly related: readonly { readonly note: string; readonly location: SourceLocation }[];
  /** What to write instead. */
  readonly remedy: string;
}

/** A diagnostic as the terminal shows it. */
export const formatDiagnostic = (diagnostic: Diagnostic): string =>
  [
    `${formatLocation(diagnostic.location)}: error ${diagnostic.code}: ${diagnostic.message}`,
    ...diagnostic.related.map(({ note, location }) => `  ${note}: ${formatLocation(location)}`),
    `  ${diagnostic.remedy}`,
  ].join('\n');

/** Thrown when a design is refused. */
export class ElaborationError extends Error {
  declare readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    // Where nobody catches it, Node prints the stack and whatever can be enumerated: neither is to bury the message.
    Object.defineProperty(this, 'name', { value: 'ElaborationError' });
    Object.defineProperty(this, 'diagnostics', { value: diagnostics });
    const frames = (this.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line) && !isLanguageFrame(line));
    this.stack = [`${this.name}: ${this.message}`, ...frames].join('\n');
  }
}

export const diagnose = <Code extends ErrorCode>(
  code: Code,
  location: SourceLocation,
  parameters: ErrorParameters<Code>,
  related: Diagnostic['related'] = [],
): Diagnostic => {
  const entry = catalogue[code];
  // The parameters belong to this very entry: `ErrorParameters<Code>` is taken from it.
  const message = entry.message as (parameters: ErrorParameters<Code>) => string;
  const remedy = entry.remedy as (parameters: ErrorParameters<Code>) => string;
  return { code, message: message(parameters), location, related, remedy: remedy(parameters) };
};

/** Refuses the design with one diagnostic. */
export const fail = <Code extends ErrorCode>(
  code: Code,
  location: SourceLocation,
  parameters: ErrorParameters<Code>,
  related: Diagnostic['related'] = [],
): never => {
  throw new ElaborationError([diagnose(code, location, parameters, related)]);
};
