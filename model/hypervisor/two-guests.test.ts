/** All that is tried on a machine with two guests, in one file: booting it costs more than most of what is tried. */
import './hypervisor.cases.ts';
import './events/events.cases.ts';
import './grants/grants.cases.ts';
import './hostile.cases.ts';
import './hostile-pages.cases.ts';
import './examples/greeting.cases.ts';
import './packets/packets.cases.ts';
import './packets/polling.cases.ts';
import './packets/failover.cases.ts';
import './packets/destroyed.cases.ts';
