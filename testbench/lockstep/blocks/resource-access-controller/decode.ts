/** What becomes of a request by the programme alone, as the specification's table says. */
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import type { RegisterShadow } from './register-shadow.ts';
import { controlBits, controlFields, registers } from './registers.ts';

export interface Decision {
  readonly verdict: 'refuse' | 'fake' | 'forward';
  readonly code: number;
  /** 0: ones, 1: zeros, 2: the port's word, 3: zeros. */
  readonly policy: number;
  readonly resource: number;
  readonly port: number;
  readonly deviceAddress: number;
}

const pageOf = (shadow: RegisterShadow, low: number, high: number, entry: number): number =>
  shadow.word(low + 4 * entry) / 4096 + shadow.word(high + 4 * entry) * 2 ** 20;

/** Both numbers below 2^36, bit by bit. */
const chosenBits = (where: number, ones: number, zeros: number): number => {
  const high = 2 ** 20;
  const part = (bits: number, one: number, zero: number): number => ((one & bits) | (zero & ~bits)) & (high - 1);
  const upper = (value: number): number => Math.floor(value / high);
  return part(upper(where), upper(ones), upper(zeros)) * high + part(where % high, ones % high, zeros % high);
};

export const decide = (
  shadow: RegisterShadow,
  p: ResourceAccessControllerParameters,
  address: number,
  kind: 'read' | 'write',
): Decision => {
  const page = Math.floor(address / 4096);
  for (let entry = 0; entry < p.entries; entry += 1) {
    const control = shadow.word(registers.control + 4 * entry);
    if ((control & controlBits.valid) === 0) continue;
    const resource = (control >>> controlFields.resource) & 0xff;
    const port = (control >>> controlFields.port) & 0xff;
    if (resource >= p.resources || port >= p.ports) continue;
    const span = pageOf(shadow, registers.sizeLow, registers.sizeHigh, entry);
    const base = pageOf(shadow, registers.baseLow, registers.baseHigh, entry);
    if (chosenBits(span, 0, page) !== chosenBits(span, 0, base)) continue;
    const device = pageOf(shadow, registers.deviceLow, registers.deviceHigh, entry);
    const deviceAddress = chosenBits(span, page, device) * 4096 + (address % 4096);
    const where = { resource, port, deviceAddress };
    if ((control & controlBits[kind]) === 0) return { verdict: 'refuse', code: 2, policy: 1, ...where };
    const code = (control >>> controlFields.code) & 3;
    return {
      verdict: (control & controlBits.fake) === 0 ? 'forward' : 'fake',
      code: code === 1 ? 0 : code,
      policy: (control >>> controlFields.policy) & 3,
      ...where,
    };
  }
  return { verdict: 'refuse', code: 3, policy: 1, resource: 0, port: 0, deviceAddress: 0 };
};
