import { type Bits, concat, type ValueOf } from '../hdl/index.ts';
import { pageBits } from './interface.ts';
import { attributeNames, type Geometry, type memoryRequest, type processorRequest } from './shapes.ts';

type Request = ValueOf<ReturnType<typeof processorRequest>>;

/** What a request looks up. */
export const lookupOf = (valid: Bits<1>, request: Request) => ({
  valid,
  of: {
    domain: request.domain,
    page: request.addr.slice<number, number>(request.addr.width - 1, pageBits),
  },
  prot: request.prot,
});

/** A request as a memory gets it, exclusive or not. */
export const requestAt = (p: Geometry, request: Request, lock: Bits<1>, place: Bits) =>
  ({
    ...Object.fromEntries(attributeNames.map((name) => [name, request[name]])),
    id: request.id.extend<number>(p.idWidth + 1),
    addr: concat(place, request.addr.slice(pageBits - 1, 0)),
    lock,
  }) as unknown as ValueOf<ReturnType<typeof memoryRequest>>;
