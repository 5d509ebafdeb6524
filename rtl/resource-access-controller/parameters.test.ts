import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runYosys } from '../../synth/yosys/index.ts';
import { elaborate } from '../hdl/index.ts';
import { emitVerilog } from '../verilog/index.ts';
import { isInstalled, withFiles } from '../verilog/random/icarus.ts';
import { resourceAccessController } from './controller.ts';
import {
  type ResourceAccessControllerParameterValues,
  resourceAccessControllerParameters,
  resourceAccessControllerPortList,
} from './interface.ts';

const build = (values: ResourceAccessControllerParameterValues) =>
  elaborate(resourceAccessController(resourceAccessControllerParameters(values)));

const smallest = {
  dataWidth: 32,
  idWidth: 1,
  ports: 1,
  entries: 1,
  resources: 1,
  outstanding: 2,
  timerWidth: 2,
} as const;
const odd = {
  addressWidth: 33,
  idWidth: 3,
  ports: 3,
  entries: 5,
  resources: 5,
  outstanding: 5,
  timerWidth: 7,
} as const;
const wide = {
  dataWidth: 128,
  addressWidth: 48,
  idWidth: 8,
  ports: 8,
  entries: 3,
  resources: 32,
  outstanding: 16,
  timerWidth: 32,
} as const;
const many = { ...smallest, entries: 64 } as const;

describe('at the ends of its parameters', () => {
  test.each([smallest, odd, wide, many])(
    'has the specified ports: %o',
    (values) => {
      const ports = build(values).signals.flatMap(({ port, name, width }) =>
        port === null ? [] : [{ name, direction: port, width }],
      );
      const specified = resourceAccessControllerPortList(resourceAccessControllerParameters(values));
      expect(ports).toEqual(specified.filter(({ name }) => name !== 'aresetn'));
    },
    60_000,
  );

  test.each([smallest, odd])(
    'is clean under other tools: %o',
    async (values) => {
      const files = Object.fromEntries(emitVerilog(build(values)).map(({ path, text }) => [path, text]));
      withFiles(files, (directory) => {
        const paths = Object.keys(files).map((path) => join(directory, path));
        const errorsOf = (program: string, ...options: string[]) =>
          spawnSync(program, [...options, ...paths]).stderr.toString();
        if (isInstalled('verilator', '--version'))
          expect(errorsOf('verilator', '--lint-only', '-Wall', '--top-module', 'resource_access_controller')).toBe('');
        if (isInstalled('iverilog', '-V')) expect(errorsOf('iverilog', '-g2005', '-Wall', '-o', '/dev/null')).toBe('');
      });
      const script = `read_verilog ${Object.keys(files).join(' ')}; hierarchy -check -top resource_access_controller; proc; check -assert`;
      await runYosys(script, files, { log: true });
    },
    120_000,
  );
});
