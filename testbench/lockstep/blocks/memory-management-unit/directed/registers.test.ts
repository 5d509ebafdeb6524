/** The registers that tell of the parameters, as the specification lists them. */
import { describe, expect, it } from 'vitest';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  it('a unit and its keeper tell what they are built of', () => {
    const machine = machineOf(kind, {
      dataWidth: 128,
      entries: 16,
      reads: 4,
      writes: 2,
      units: 3,
      cookieIndexWidth: 5,
    });
    expect(machine.read('identification')).toBe(0x4d4d_5531);
    expect(machine.read('geometry')).toBe(128 | (24 << 8) | (39 << 16) | (16 << 24));
    expect(machine.read('capacity')).toBe(4 | (2 << 8) | (4 << 16) | (3 << 20) | (4 << 24));
    expect(machine.read('cookies')).toBe(8 | (5 << 8));
    expect(machine.read('timeout')).toBe(0xffff);
    expect(machine.readKeeper('identification')).toBe(0x4d4b_5031);
    expect(machine.readKeeper('geometry')).toBe(128 | (24 << 8) | (3 << 16) | (3 << 20));
    expect(machine.readKeeper('cookies')).toBe(8 | (5 << 8));
    expect(machine.readKeeper('timeout')).toBe(0xffff);
    expect(machine.readKeeper('copy_pace')).toBe(4);
  });

  it('the keeper is ready when all cookies are cleared', () => {
    const machine = machineOf(kind, { cookieIndexWidth: 6 });
    let ready = 0;
    while ((machine.readKeeper('memory_status') & 0x1_0000) === 0) ready = machine.readKeeper('cycle');
    expect(ready).toBeLessThan(2 ** 6 + 10);
    expect(ready).toBeGreaterThan(2 ** 6 - 10);
  });
});
