/**
 * The page of the worked example cannot rot: what it shows of the program is in the program, and what it shows of the output is what the program prints, on the model and
 * on the hardware. `PORTCULLIS_WRITE_GUIDES=1` writes the output anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createResourceAccessControllerModel } from '../../../../../model/hardware/resource-access-controller/index.ts';
import { elaborate } from '../../../../../rtl/hdl/index.ts';
import { resourceAccessController } from '../../../../../rtl/resource-access-controller/controller.ts';
import { resourceAccessControllerParameters } from '../../../../../rtl/resource-access-controller/interface.ts';
import { rtlWay } from '../../../ways.ts';
import { aDeviceDies } from './a-device-dies.ts';

const page = new URL('../../../../../docs/examples/a-device-dies.md', import.meta.url);
const blocks = (language: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, body = '']) => body,
  );

const parameters = resourceAccessControllerParameters({ dataWidth: 32 });

test('the page shows what the program prints on the model', () => {
  const printed = aDeviceDies(createResourceAccessControllerModel(parameters));
  if (process.env.PORTCULLIS_WRITE_GUIDES === '1') {
    let next = 0;
    const text = readFileSync(page, 'utf8');
    writeFileSync(
      page,
      text.replaceAll(/^```text\n[\s\S]*?^```$/gm, () => `\`\`\`text\n${printed[next++] ?? ''}\`\`\``),
    );
  }
  expect(blocks('text')).toEqual(printed);
});

test('and on the hardware', () => {
  const hardware = rtlWay(elaborate(resourceAccessController(parameters)));
  expect(aDeviceDies({ ...hardware, parameters })).toEqual(blocks('text'));
});

test('the code of the page is in the program', () => {
  const lines = (text: string): string => text.replaceAll(/^ +/gm, '');
  const program = lines(readFileSync(new URL('a-device-dies.ts', import.meta.url), 'utf8'));
  const shown = blocks('ts');
  expect(shown.length).toBeGreaterThan(3);
  for (const one of shown) expect(program).toContain(lines(one));
});
