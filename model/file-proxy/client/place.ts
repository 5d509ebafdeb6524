import type { Octets } from '../protocol/octets.ts';

/** Where an object of a remote tree lies, as far as this client knows: its own renames move whatever lies below. Kept while held, or while one below is. */
export class Place {
  private parent: Place | null;
  private name: Octets;
  private readonly children = new Map<Octets, Place>();
  private holds = 0;
  constructor(parent: Place | null = null, name = '' as Octets) {
    this.parent = parent;
    this.name = name;
  }
  /** The place of a name in this directory, held. */
  child(name: Octets): Place {
    const place = this.children.get(name) ?? new Place(this, name);
    if (!this.children.has(name)) {
      this.children.set(name, place);
      this.holds += 1;
    }
    return place.hold();
  }
  get above(): Place {
    return this.parent ?? this;
  }
  hold(): this {
    this.holds += 1;
    return this;
  }
  letGo(): void {
    this.holds -= 1;
    if (this.holds > 0 || this.parent === null) return;
    if (this.parent.children.get(this.name) === this) this.parent.children.delete(this.name);
    this.parent.letGo();
  }
  /** The names from the root; null once the object lost its name. */
  path(): readonly Octets[] | null {
    const names: Octets[] = [];
    for (let at: Place = this; at.parent !== null; at = at.parent) {
      if (at.parent.children.get(at.name) !== at) return null;
      names.unshift(at.name);
    }
    return names;
  }
  removed(name: Octets): void {
    this.children.delete(name);
  }
  renamed(name: Octets, directory: Place, newName: Octets): void {
    const moved = this.children.get(name);
    directory.children.delete(newName);
    if (moved === undefined) return;
    this.children.delete(name);
    moved.parent = directory.hold();
    moved.name = newName;
    directory.children.set(newName, moved);
    this.letGo();
  }
}
