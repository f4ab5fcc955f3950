import { Component, h, type ComponentChild, type FunctionComponent } from 'preact';

// A component that renders again only when its properties differ by `same`, or when a signal
// that it read has changed.
export function memo<P extends object>(
  inner: FunctionComponent<P>,
  same: (before: P, after: P) => boolean,
): new () => Component<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(after: Readonly<P>): boolean {
      return !same(this.props, after);
    }
    override render(): ComponentChild {
      return h(inner, this.props);
    }
  };
}

// Equal members, one level deep.
export function shallowEqual(one: object, other: object): boolean {
  const left = one as Record<string, unknown>;
  const right = other as Record<string, unknown>;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.is(left[name], right[name]))
  );
}
