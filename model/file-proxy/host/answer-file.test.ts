/** Answers of a host directory, in a file beside it. */
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { octetsOf } from '../protocol/octets.ts';
import { Answers } from '../server/answers.ts';
import { hostTree } from '../tree/every-tree.ts';
import { AnswerFile } from './answer-file.ts';

const place = (): string => fs.mkdtempSync(join(os.tmpdir(), 'portcullis-answers-'));

test('a session is known again, an intent that was cut off is none, and one that was carried out is answered', async () => {
  const path = join(place(), 'answers');
  const under = await hostTree();
  const first = AnswerFile.open(path);
  const answers = await Answers.open(first, under.tree);
  expect((await answers.attach('one')).known).toBe(false);
  const which = { session: 'one', sequence: '7' };
  const intent = { request: 'Tmkdir', path: [], name: octetsOf('made'), before: null, mode: 0o750 } as const;
  await first.append({ what: 'intent', slot: 3, intent, ...which });
  first.close();
  fs.mkdirSync(join(under.path, 'made'), 0o700);
  const second = AnswerFile.open(path);
  const { session, known } = await (await Answers.open(second, under.tree)).attach('one');
  expect([known, session.slots.get(3)?.sequence, session.slots.size]).toEqual([true, 7n, 1]);
  // As it was to be, had it not been cut off.
  expect(fs.statSync(join(under.path, 'made')).mode & 0o777).toBe(0o750);
  second.close();
  fs.appendFileSync(path, '{"what":"intent","slot":4,"session":"one","sequ');
  const third = AnswerFile.open(path);
  const again = await (await Answers.open(third, under.tree)).attach('one');
  expect([...again.session.slots.keys()]).toEqual([3]);
  third.close();
  await under.close();
});

test('a file of another kind is refused and left as it is; of too many sessions, the last are kept', async () => {
  const folder = place();
  const path = join(folder, 'notes');
  fs.writeFileSync(path, 'dear diary\n');
  expect(() => AnswerFile.open(path)).toThrow('EBADMSG');
  expect(fs.readFileSync(path, 'utf8')).toBe('dear diary\n');
  const under = await hostTree();
  const file = AnswerFile.open(join(folder, 'answers'));
  const answers = await Answers.open(file, under.tree, { sessions: 2 });
  for (const key of ['a', 'b', 'c']) (await answers.attach(key)).session.connections = 0;
  expect((await answers.attach('b')).known).toBe(true);
  expect((await answers.attach('c')).known).toBe(true);
  await expect(answers.attach('a')).rejects.toMatchObject({ code: 'ENOMEM' });
  file.close();
  await under.close();
});
