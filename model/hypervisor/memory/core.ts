/** What the parts of the hypervisor's memory share: where its own memory is, and the locks. */
import type { Platform, Processor, View } from '../../hardware/platform/index.ts';
import type { Areas } from './interface.ts';
import { frameBytes, type Layout, type LayoutArea } from './layout.ts';
import { Lock } from './lock.ts';

/** Bytes of virtual addresses of one window. */
const windowStride = 2 ** 32;

/** Where the window onto all frames with these copies (1 first, 2 second, 3 both), in a form, begins. */
export const windowBase = (form: number, copies: number): number => (4 * form + copies) * windowStride;

export class Core implements Areas {
  readonly platform: Platform;
  readonly layout: Layout;
  /** Of the frame table and the free frames. */
  readonly frameLock = new Lock();
  readonly windowLock = new Lock();
  /** Where the hypervisor reaches its own frames: both copies, plain. From 0 as long as nothing is translated. */
  base = 0;

  constructor(platform: Platform, layout: Layout) {
    this.platform = platform;
    this.layout = layout;
  }

  /** Address of a frame of the hypervisor's own. */
  address(frame: number): number {
    return this.base + frame * frameBytes;
  }

  areaAddress(area: LayoutArea): number {
    return this.address(this.layout.areas[area].firstFrame);
  }

  view(processor: Processor, area: LayoutArea): View {
    const { frames } = this.layout.areas[area];
    return processor.machine.view(this.areaAddress(area), frames * frameBytes);
  }
}
