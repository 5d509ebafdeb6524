/** Frames for the tests of the model. */
import { encodeFrame } from '../../../testbench/captures/encode-frame.ts';
