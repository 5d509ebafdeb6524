/** The test that a failed proof of somebody's own design leaves. */
import { relative, resolve, sep } from 'node:path';
import type { Trace } from '../proofs/trace.ts';
import type { Design, DesignParameters } from './choose-design.ts';

/** Imports the file again, so that the test is of the hardware as it is then. */
export const ownProofTest =
  (design: Design, parameters: DesignParameters) =>
  (trace: Trace, directory: string): string => {
    const path = relative(directory, resolve(design.file)).split(sep).join('/');
    const values = Object.keys(parameters).length === 0 ? '' : JSON.stringify(parameters);
    const called = design.called ? `design(${values})` : 'design';
    return `// ${design.name}: the inputs that break '${trace.property}', as a proof found them. Red until the mistake is mended.
import { elaborate } from 'portcullis';
import { replayTrace } from 'portcullis/proofs';
import { expect, test } from 'vitest';
import { ${design.exported} as design } from '${path.startsWith('.') ? path : `./${path}`}';

const trace = ${JSON.stringify(trace, null, 2)};

test(${JSON.stringify(`${design.name}: ${trace.property}`)}, () => {
  const { violation } = replayTrace(elaborate(${called}), trace);
  expect(violation).toBeNull();
});
`;
  };
