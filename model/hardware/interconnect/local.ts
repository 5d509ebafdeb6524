/** What the interconnect answers itself, for one manager. Source: `docs/systems/interconnect.md`, "Requests", "Responses". */

export class LocalRead {
  active = false;
  id = 0;
  left = 0;

  reset(): void {
    this.active = false;
    this.id = 0;
    this.left = 0;
  }

  begin(id: number, len: number): void {
    this.active = true;
    this.id = id;
    this.left = len;
  }

  get offers(): boolean {
    return this.active;
  }

  get last(): boolean {
    return this.left === 0;
  }

  /** The edge at which its beat is loaded. */
  take(): void {
    if (this.left === 0) this.active = false;
    else this.left -= 1;
  }
}

export class LocalWrite {
  active = false;
  done = false;
  id = 0;

  reset(): void {
    this.active = false;
    this.done = false;
    this.id = 0;
  }

  begin(id: number): void {
    this.active = true;
    this.done = false;
    this.id = id;
  }

  get offers(): boolean {
    return this.active && this.done;
  }

  get last(): boolean {
    return true;
  }

  take(): void {
    this.active = false;
    this.done = false;
  }
}
