// A part that is drawn again only when what it is given changed.

import { Component, createElement, type FunctionComponent } from "preact";

export function memo<P extends object>(part: FunctionComponent<P>): FunctionComponent<P> {
  class Kept extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const now = this.props as Record<string, unknown>;
      return Object.entries(next).some(([name, value]) => now[name] !== value);
    }
    override render() {
      return createElement(part, this.props as P & { key?: never });
    }
  }
  return Kept as unknown as FunctionComponent<P>;
}
