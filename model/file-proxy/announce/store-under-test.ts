import { StoreClient } from '../../hypervisor/store/client.ts';
import { Store } from '../../hypervisor/store/store.ts';
import { ask } from '../../hypervisor/store/testing/asking.ts';
import { RingServer } from '../../hypervisor/store/testing/page.ts';

export const guest = 3;

/** A store, and clients of domain 0 and the guest. */
export const started = () => {
  const store = new Store();
  const server = new RingServer(store);
  store.introduce(guest);
  store.write(`/local/domain/${guest}`, '');
  // As the store's service makes a guest's home.
  ask(store.connect(0), 'SET_PERMS', [`/local/domain/${guest}`, 'n0', `r${guest}`]);
  const trusted = new StoreClient(server.attach(0).guest);
  const client = new StoreClient(server.attach(guest).guest);
  return { store, trusted, client };
};
