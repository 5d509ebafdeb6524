import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegisterBus } from './bus.ts';
import { cHeader } from './c-header.ts';
import { createDriver } from './driver.ts';
import { driverSource } from './driver-source.ts';
import type { Driver } from './driver-types.ts';
import { exampleMap } from './example.ts';
import { registerTable } from './markdown.ts';
import { systemRdl } from './systemrdl.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'register-map-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const path = (name: string): string => join(directory, name);

const hasCompiler = spawnSync('cc', ['--version']).status === 0;

describe('cHeader', () => {
  it.skipIf(!hasCompiler)("compiles without a warning, and its numbers are the map's", () => {
    writeFileSync(path('example_unit.h'), cHeader(exampleMap));
    writeFileSync(
      path('main.c'),
      [
        '#include "example_unit.h"',
        '#include <stdio.h>',
        'int main(void) {',
        '  uint32_t words[256] = {0};',
        '  words[EXAMPLE_UNIT_BYTES_OFFSET(1) / 4] = 0x89ABCDEFu;',
        '  words[EXAMPLE_UNIT_BYTES_OFFSET(1) / 4 + 1] = 0x4567u;',
        '  printf("%x %x %x %x %x %x %llx", EXAMPLE_UNIT_CONTROL_OFFSET, EXAMPLE_UNIT_CONTROL_RESET, EXAMPLE_UNIT_CONTROL_MODE_MASK,',
        '    EXAMPLE_UNIT_KEY_OFFSET(2), EXAMPLE_UNIT_MAP_OWNER_WORD, EXAMPLE_UNIT_SECRET_RESET_1,',
        '    (unsigned long long)example_unit_read_bytes(words, 1u));',
        '  return 0;',
        '}',
      ].join('\n'),
    );
    execFileSync('cc', [
      '-std=c99',
      '-Wall',
      '-Wextra',
      '-Wpedantic',
      '-Wconversion',
      '-Werror',
      '-o',
      path('main'),
      path('main.c'),
    ]);
    expect(execFileSync(path('main'), { encoding: 'utf8' })).toBe('4 51 f0 50 1 ffffffff 456789abcdef');
  });

  it('keeps comments closed where a description has their end in it', () => {
    const map = { ...exampleMap, description: 'Ends */ early.' };
    expect(cHeader(map)).toContain('/* Ends * / early.');
  });
});

describe('driverSource', () => {
  const source = driverSource(exampleMap);

  it('is valid TypeScript under the strictest settings', () => {
    writeFileSync(path('driver.ts'), source);
    const { status, stdout } = spawnSync(
      'node_modules/.bin/tsc',
      [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--noUnusedLocals',
        '--exactOptionalPropertyTypes',
        '--target',
        'es2022',
        '--types',
        '',
        path('driver.ts'),
      ],
      { encoding: 'utf8' },
    );
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it('does on the bus what the driver of the map does', async () => {
    const code = transformSync(source, { loader: 'ts', format: 'esm' }).code;
    const made = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      createExampleUnitDriver: (bus: RegisterBus, base: number) => Driver<typeof exampleMap.registers>;
    };
    const exercise = (create: (bus: RegisterBus) => ReturnType<typeof made.createExampleUnitDriver>): unknown[] => {
      const trace: unknown[] = [];
      const words = new Map<number, number>();
      const driver = create({
        read: (address) => {
          trace.push(['read', address]);
          return words.get(address) ?? (address * 0x9e3779b1) >>> 0;
        },
        write: (address, data) => {
          trace.push(['write', address, data]);
          words.set(address, data);
        },
      });
      trace.push(driver.identification.read(), driver.control.read(), driver.faults.read(), driver.level.read());
      driver.control.write({ enable: 1, mode: 9 });
      driver.control.write({ enable: 0, mode: 15, start: 1 });
      driver.control.modify({ mode: 1 });
      driver.faults.write({ overflow: 1, lanes: 10 });
      for (const index of [0, 1]) driver.secret.at(index).write({ word: 0xffff_ffff - index });
      driver.key.at(2).modify({ word: 0xfffff });
      trace.push(driver.key.at(1).read(), driver.key.length, driver.frames.read(), driver.bytes.at(1).read());
      driver.table.write(11, { client: 7, weight: 511 });
      driver.map.write(3, { page: 0xfffff, valid: 1, owner: 0xffff });
      trace.push(
        driver.table.read(11),
        driver.table.read(3),
        driver.map.read(3),
        driver.map.read(0),
        driver.map.address,
      );
      for (const wrong of [
        () => driver.table.read(12),
        () => driver.key.at(3),
        () => driver.control.write({ enable: 2, mode: 0 }),
        () => driver.map.write(0, { page: -1, valid: 0, owner: 0 }),
      ]) {
        try {
          wrong();
          trace.push('not refused');
        } catch (error) {
          trace.push((error as Error).message);
        }
      }
      return trace;
    };
    const generated = exercise((bus) => made.createExampleUnitDriver(bus, 0x4000));
    expect(generated).toEqual(exercise((bus) => createDriver(exampleMap, bus, 0x4000)));
    expect(generated).not.toContain('not refused');
  });
});

describe('registerTable', () => {
  it('has a row for every register and field', () => {
    expect(`\n${registerTable(exampleMap)}`).toMatchInlineSnapshot(`
      "
      | address | register | bits | access | reset | what it is |
      | --- | --- | --- | --- | --- | --- |
      | 0x000 | \`identification\` |  |  |  | Names the block. |
      |  | \`.value\` | 31:0 | constant | 0x504B5531 | ASCII "PKU1". |
      | 0x004 | \`control\` |  |  |  | Starts and stops. |
      |  | \`.enable\` | 0 | read-write | 1 | Whether the block runs. |
      |  | \`.mode\` | 7:4 | read-write | 5 | How it runs. |
      |  | \`.start\` | 8 | pulse |  | Starts one run. |
      |  | \`.busy\` | 31 | read-only |  | Whether it is running. |
      | 0x008 | \`faults\` |  |  |  | What went wrong. |
      |  | \`.overflow\` | 0 | write-one-to-clear | 0 | Something was lost. |
      |  | \`.lanes\` | 9:6 | write-one-to-clear | 0 | In which lanes. |
      | 0x00C + 4i, i < 2 | \`secret[i]\` |  |  |  | A key, never read back. |
      |  | \`.word\` | 31:0 | write-only | 0x1234, 0xFFFFFFFF | A word of the key. |
      | 0x040 + 8i, i < 3 | \`key[i]\` |  |  |  | The hash key. |
      |  | \`.word\` | 19:0 | read-write | 1, 2, 3 | A word of the key. |
      | 0x054 | \`level\` |  |  |  | How full the queue is. |
      |  | \`.items\` | 9:0 | read-only |  | Items waiting. |
      | 0x058 | \`frames\` | 31:0 | counter | 0 | Frames received. |
      | 0x100 + 8i, i < 2 | \`bytes[i]\` | 47:0 | counter | 0 | Bytes received. Two words: reading the low one holds the high one still. |
      | 0x200 + 4i, i < 12 | \`table[i]\` |  | window |  | Where each hash goes. |
      |  | \`.client\` | 2:0 |  |  | The client. |
      |  | \`.weight\` | 11:3 |  |  | Its weight. |
      | 0x280 + 8i, i < 4 | \`map[i]\` |  | window |  | Page map entries. |
      |  | \`.page\` | 19:0 |  |  | Page number. |
      |  | \`.valid\` | 31 |  |  | Whether the entry counts. |
      |  | \`.owner\` | 47:32 |  |  | Who owns the page. |
      "
    `);
  });
});

describe('systemRdl', () => {
  it('says the map in the language of the standard', () => {
    expect(`\n${systemRdl(exampleMap)}`).toMatchInlineSnapshot(`
      "
      // Made from the register map 'example_unit'; do not edit.
      addrmap example_unit {
        name = "example_unit";
        desc = "One of every kind of register.";
        littleendian;
        lsb0;
        addressing = compact;
        default regwidth = 32;
        default accesswidth = 32;

        reg {
          desc = "Names the block.";
          field { desc = "ASCII \\"PKU1\\"."; sw = r; hw = na; } value[31:0] = 32'h504b5531;
        } identification @0x0;

        reg {
          desc = "Starts and stops.";
          field { desc = "Whether the block runs."; sw = rw; hw = r; } enable[0:0] = 1'h1;
          field { desc = "How it runs."; sw = rw; hw = r; } mode[7:4] = 4'h5;
          field { desc = "Starts one run."; sw = w; hw = r; singlepulse; } start[8:8] = 1'h0;
          field { desc = "Whether it is running."; sw = r; hw = w; } busy[31:31];
        } control @0x4;

        reg {
          desc = "What went wrong.";
          field { desc = "Something was lost."; sw = rw; hw = rw; onwrite = woclr; stickybit; } overflow[0:0] = 1'h0;
          field { desc = "In which lanes."; sw = rw; hw = rw; onwrite = woclr; stickybit; } lanes[9:6] = 4'h0;
        } faults @0x8;

        reg {
          desc = "A key, never read back.";
          field { desc = "A word of the key."; sw = w; hw = r; } word[31:0] = 32'h1234;
        } secret[2] @0xC += 0x4;
        secret[1].word -> reset = 32'hffffffff;

        reg {
          desc = "The hash key.";
          field { desc = "A word of the key."; sw = rw; hw = r; } word[19:0] = 20'h1;
        } key[3] @0x40 += 0x8;
        key[1].word -> reset = 20'h2;
        key[2].word -> reset = 20'h3;

        reg {
          desc = "How full the queue is.";
          field { desc = "Items waiting."; sw = r; hw = w; } items[9:0];
        } \\level @0x54;

        reg {
          desc = "Frames received.";
          field { desc = "Frames received."; sw = r; hw = w; } value[31:0];
        } frames @0x58;

        reg {
          desc = "Bytes received. Reading the low word holds the high word still for the next read of a high word.";
          regwidth = 64;
          accesswidth = 32;
          field { desc = "Bytes received."; sw = r; hw = w; } value[47:0];
        } bytes[2] @0x100 += 0x8;

        external mem {
          desc = "Where each hash goes.";
          mementries = 12;
          memwidth = 32;
          sw = rw;
          reg {
            field { desc = "The client."; sw = rw; } client[2:0];
            field { desc = "Its weight."; sw = rw; } weight[11:3];
          } entry[12];
        } table @0x200;

        external mem {
          desc = "Page map entries.";
          mementries = 4;
          memwidth = 64;
          sw = rw;
          reg {
            regwidth = 64;
            accesswidth = 32;
            field { desc = "Page number."; sw = rw; } page[19:0];
            field { desc = "Whether the entry counts."; sw = rw; } valid[31:31];
            field { desc = "Who owns the page."; sw = rw; } owner[47:32];
          } entry[4];
        } map @0x280;

      };
      "
    `);
  });
});
