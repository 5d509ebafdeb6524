/** All that is tried with domains' snapshots, in one file: booting a machine costs more than most of it. */
import './instants.cases.ts';
import './pages.cases.ts';
import './devices.cases.ts';
import './lost.cases.ts';
import './restore.cases.ts';
import './store-full.cases.ts';
import './disk.cases.ts';
import './destroyed.cases.ts';
