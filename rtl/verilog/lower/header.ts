import type { Module } from '../../hdl/ir.ts';
import { notesOf } from '../../hdl/module-notes.ts';
import { describeShape, isShape, shapeInfo } from '../../hdl/shape.ts';

const commentWidth = 108;

/** Text in lines of at most `commentWidth`, broken between words. */
const wrap = (text: string): string[] => {
  const lines: string[] = [];
  for (const paragraph of text.trim().split('\n')) {
    let line = '';
    for (const word of paragraph.trim().split(/\s+/)) {
      if (line !== '' && line.length + 1 + word.length > commentWidth) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
};

const parameterText = (value: unknown): string => {
  if (isShape(value)) return describeShape(shapeInfo(value));
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([key, part]) =>
      Array.isArray(value) ? parameterText(part) : `${key}: ${parameterText(part)}`,
    );
    return Array.isArray(value) ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  }
  return typeof value === 'string' ? `'${value}'` : String(value);
};

/** The comment at the head of a module's file: its name, what it does and the parameters it was made with. */
export const headerOf = (module: Module): string[] => {
  const { documentation, parameters } = notesOf(module);
  const lines = [module.name];
  if (documentation !== undefined) lines.push('', ...wrap(documentation));
  const entries = Object.entries(parameters ?? {}).filter(
    ([, value]) => value !== undefined && typeof value !== 'function',
  );
  if (entries.length > 0)
    lines.push(
      '',
      'Parameters:',
      ...entries.flatMap(([key, value]) => wrap(`${key} = ${parameterText(value)}`).map((line) => `  ${line}`)),
    );
  lines.push('', `Made from ${module.location.file}; edit that file instead.`);
  return lines;
};
