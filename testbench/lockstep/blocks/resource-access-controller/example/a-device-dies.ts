/** The program of `docs/examples/a-device-dies.md`. */
import type { SteppedController } from '../../../../../model/hardware/resource-access-controller/index.ts';
import { Board } from './board.ts';

const disk = { base: 0x1000_0000, resource: 3, port: 0 };
const network = { base: 0x2000_0000, resource: 4, port: 1 };
const status = disk.base + 0x40;
const command = disk.base + 0x44;

/** Plays the story on a controller. Returns what each part of it prints. */
export const aDeviceDies = (controller: SteppedController): readonly string[] => {
  const printed: string[] = [];
  const print = (...lines: readonly string[]): void => void printed.push(`${lines.join('\n')}\n`);
  const board = new Board(controller);
  const { driver } = board;
  const [diskDevice, networkDevice] = board.devices;
  if (diskDevice === undefined || networkDevice === undefined) throw new Error('the example needs two ports');
  diskDevice.registers.set(0x40, 0x50);
  networkDevice.registers.set(0x8, 0xcafe);

  driver.setEntry(0, { ...disk, size: 0x1_0000, device: 0, policy: 'ones' });
  driver.setEntry(1, { ...network, size: 0x1_0000, device: 0, policy: 'ones' });
  driver.write('timeout', 16, disk.resource);
  driver.write('timeout', 16, network.resource);
  driver.write('interrupt_enable', 3);
  board.set('device_interrupt', 1 << disk.resource);
  print(board.load(status), board.store(command, 7), board.load(network.base + 8));

  // The disk's firmware hangs, with its interrupt line high.
  diskDevice.hung = true;
  const asked = driver.cycle;
  print(board.load(status, 5));
  driver.run(4);
  print(board.wave(asked, 8, ['s_axi_arvalid', 's_axi_arid', 'm0_axi_arvalid', 'm0_axi_arready', 'm0_axi_rvalid']));
  const fault = driver.readLog();
  if (fault === undefined) throw new Error('nothing was logged');
  const seen = ['m0_axi_rvalid', 's_axi_rvalid', 's_axi_rid', 's_axi_rresp', 'irq', 'resource_interrupt'];
  print(board.wave(fault.cycle - 1, 8, seen));

  // The interrupt handler.
  const state = (): readonly string[] => [
    `interrupt_status ${driver.read('interrupt_status')}, port_isolated ${driver.read('port_isolated')}, port_drained ${driver.read('port_drained')}`,
    `resource_faulted ${driver.read('resource_faulted')}, faked[3] ${driver.read('faked', disk.resource)}, faked[4] ${driver.read('faked', network.resource)}`,
  ];
  const { cause, write, port, resource, identifier, address } = fault;
  print(
    `${cause} of a ${write ? 'write' : 'read'} at port ${port}, resource ${resource}`,
    `identifier ${identifier}, device address 0x${address?.toString(16)}, ${fault.cycle - asked} cycles after the request`,
    ...state(),
  );
  driver.write('interrupt_status', 3);

  // The driver goes on for a while, unharmed; so does everybody else.
  print(board.load(status), board.store(command, 8), board.load(network.base + 8));

  // The firmware wakes up, and answers what it was asked long ago.
  diskDevice.hung = false;
  const woken = driver.cycle;
  driver.run(8);
  print(board.wave(woken, 8, ['m0_axi_rvalid', 'm0_axi_rready', 's_axi_rvalid', 'irq']));
  print(...state());
  driver.write('interrupt_status', 3);
  print(
    `port 0 is back: ${driver.readmitPort(disk.port)}`,
    `resource 3 is back: ${driver.readmitResource(disk.resource)}`,
    board.load(status),
  );

  // It dies again, for good: only a reset helps.
  driver.clearLog();
  diskDevice.hung = true;
  print(board.store(command, 9, 6), board.load(status));
  print(
    `${driver.readLog()?.cause} of a ${driver.readLog()?.write ? 'write' : 'read'}`,
    `port 0 is back: ${driver.readmitPort(disk.port)}`,
  );
  const reset = driver.cycle;
  driver.bringBack(disk.port, disk.resource);
  print(board.wave(reset, 12, ['s_axil_bvalid', 'reset_request', 'reset_acknowledge']));
  print(board.load(status), board.store(command, 10), ...state());
  return printed;
};
