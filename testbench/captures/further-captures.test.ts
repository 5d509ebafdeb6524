import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { furtherCaptures, furtherCapturesFolder } from './further-captures.ts';
import { recordedPath } from './recorded.ts';

afterEach(() => vi.unstubAllEnvs());

test.each([undefined, ''])('no folder is taken where PORTCULLIS_CAPTURES is %j', (value) => {
  vi.stubEnv('PORTCULLIS_CAPTURES', value);
  expect(furtherCapturesFolder()).toBeNull();
});

test('the folder that PORTCULLIS_CAPTURES names is taken, and refused where there is none', () => {
  const folder = join(recordedPath('web.pcap'), '..');
  vi.stubEnv('PORTCULLIS_CAPTURES', folder);
  expect(furtherCapturesFolder()).toBe(folder);
  expect(furtherCaptures(folder).map(({ name }) => name)).toContain('ping.pcapng');
  for (const wrong of [recordedPath('web.pcap'), join(folder, 'missing')]) {
    vi.stubEnv('PORTCULLIS_CAPTURES', wrong);
    expect(furtherCapturesFolder).toThrow(`PORTCULLIS_CAPTURES is '${wrong}', which is no folder`);
  }
});
