/** `portcullis share` mounted by a Linux kernel of its own: user-mode-linux, whose network is a program of the host that makes its connections (slirp). */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startShare, stopped } from './share-process.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const modules = '/usr/lib/uml/modules';
/** Debian's packages user-mode-linux, slirp and perl. */
const installed =
  spawnSync('sh', ['-c', 'command -v linux.uml && command -v slirp-fullbolt && command -v perl']).status === 0 &&
  fs.existsSync(modules);
if (thorough && !installed)
  process.stderr.write('user-mode-linux or slirp is not installed: its mount is passed over\n');

/** What it says where the host does not let it set its programs' floating-point registers: then it runs no program, and tells nothing of the share. */
const panic = /ptrace set fp regs failed, errno \d+/;

/** What runs as the kernel's first program, on the host's own tree. `mount` and all that works on the mount are the kernel's clients of the share. */
const script = (port: string, work: string): string => `#!/bin/bash
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t tmpfs tmp /mnt
mkdir /mnt/share
for module in fs/netfs/netfs fs/fscache/fscache net/9p/9pnet net/9p/9pnet_fd fs/9p/9p; do
  perl -e 'open F, "<", $ARGV[0] or die "$ARGV[0]: $!"; my $none = ""; syscall(313, fileno F, $none, 0) == 0 or die "$ARGV[0]: $!"' \\
    ${modules}/$(uname -r)/kernel/$module.ko
done
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
mount -t 9p -o trans=tcp,port=${port},version=9p2000.L,msize=65536 10.0.2.2 /mnt/share
cd /mnt/share
${work}
sync
echo o >/proc/sysrq-trigger
sleep 10
`;

const work = `
say() { echo "told $1: $(eval "$2" 2>&1 | tr '\\n' ' ')"; }
say mounted "grep -c ' 9p ' /proc/mounts"
say copied 'cp -a source copy && cmp source/large copy/large && readlink copy/link && stat -c %a copy/large'
say renamed 'mv copy/large copy/moved && mv copy elsewhere && mv elsewhere/moved . && ls elsewhere'
exec 4<>moved
rm moved
say unlinked 'ls moved'
say open 'head -c 10 <&4; echo; stat -Lc %s /proc/self/fd/4'
printf 'and written' >&4
exec 4>&-
say appended 'echo more >>source/text && cat source/text'
say truncated 'truncate -s 3 source/text && cat source/text'
say many 'ls many | wc -l; LC_ALL=C ls many | sha256sum'
say removed 'rm -r elsewhere && ls'
`;

const digestOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

test.runIf(thorough && installed)(
  'a Linux kernel mounts it, copies, renames, goes on with what was unlinked while open, and lists 10,000 files',
  async ({ skip }) => {
    const folder = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-kernel-'));
    const shared = join(folder, 'shared');
    fs.mkdirSync(join(shared, 'source'), { recursive: true });
    fs.mkdirSync(join(shared, 'many'));
    const large = Buffer.alloc(1_000_000, 'portcullis ');
    fs.writeFileSync(join(shared, 'source', 'large'), large, { mode: 0o640 });
    fs.writeFileSync(join(shared, 'source', 'text'), 'text ');
    fs.symlinkSync('large', join(shared, 'source', 'link'));
    for (let index = 0; index < 10_000; index++) fs.writeFileSync(join(shared, 'many', `file-${index}`), '');
    const server = await startShare(shared, '--listen', '127.0.0.1:0');
    const init = join(folder, 'init');
    fs.writeFileSync(init, script(server.value.listen.split(':')[1]!, work), { mode: 0o755 });
    const kernel = `mem=128M rootfstype=hostfs rootflags=/ rw init=${init} con=null con0=null,fd:1`;
    // The server is another process, so that this one may wait.
    const { stdout, stderr } = spawnSync('linux.uml', [...kernel.split(' '), 'eth0=slirp,,/usr/bin/slirp-fullbolt'], {
      timeout: 60_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = stdout.toString().replaceAll('\r', '');
    const told = Object.fromEntries(
      [...said.matchAll(/^told (\w+): (.*?) *$/gm)].map(([, name, text]) => [name, text] as const),
    );
    expect(await stopped(server.child)).toBe(0);
    const [panicked] = panic.exec(said + stderr.toString()) ?? [];
    if (panicked !== undefined && Object.keys(told).length === 0) {
      fs.rmSync(folder, { recursive: true });
      process.stderr.write(`user-mode-linux panics on this machine (${panicked}): its mount is passed over\n`);
      skip();
    }
    expect(told, said.slice(-3000)).toMatchObject({
      mounted: '1',
      copied: 'large 640',
      renamed: 'link text',
      unlinked: "ls: cannot access 'moved': No such file or directory",
      open: 'portcullis 1000000',
      appended: 'text more',
      truncated: 'tex',
      removed: 'many source',
    });
    const [count, digest] = told.many!.split(' ');
    expect(count).toBe('10000');
    expect(digest).toBe(digestOf(`${fs.readdirSync(join(shared, 'many')).sort().join('\n')}\n`));
    expect(
      createHash('sha256')
        .update(fs.readFileSync(join(shared, 'source', 'large')))
        .digest('hex'),
    ).toBe(createHash('sha256').update(large).digest('hex'));
    expect(fs.readdirSync(shared).sort()).toEqual(['many', 'source']);
    fs.rmSync(folder, { recursive: true });
  },
  600_000,
);
