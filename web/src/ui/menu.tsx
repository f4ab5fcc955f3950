import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icons';

export interface MenuItem {
  label: string;
  icon: IconName;
  danger?: boolean;
  run: () => void;
}

interface MenuProps {
  label: string; // of the button that opens it
  items: readonly MenuItem[];
  icon?: IconName;
  class?: string;
}

// A button that opens a list of things to do (WAI-ARIA's pattern "Menu Button").
export function Menu({ label, items, icon = 'more', class: name = '' }: MenuProps): JSX.Element {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    open.value = false;
  };
  return (
    <span class={`menu-place ${name} ${open.value ? 'menu-open' : ''}`}>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          open.value = true;
        }}
      >
        <Icon name={icon} />
      </button>
      {open.value && (
        <MenuList label={label} items={items} button={button.current!} onClose={close} />
      )}
    </span>
  );
}

interface MenuListProps {
  label: string;
  items: readonly MenuItem[];
  button: HTMLElement;
  onClose: () => void;
}

function MenuList({ label, items, button, onClose }: MenuListProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place(list.current!, button.getBoundingClientRect());
    entries(list.current!)[0]?.focus();
  }, []);
  useEffect(() => {
    const outside = (event: Event): void => {
      const { target } = event;
      if (target instanceof Node && (list.current?.contains(target) || button.contains(target)))
        return;
      onClose();
    };
    const events = ['pointerdown', 'focusin', 'scroll', 'resize'] as const;
    for (const event of events) window.addEventListener(event, outside, true);
    return () => {
      for (const event of events) window.removeEventListener(event, outside, true);
    };
  }, []);
  const leave = (): void => {
    button.focus();
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = entries(list.current!);
    const next = nextFocus(event.key, all.indexOf(document.activeElement as HTMLElement), all);
    if (event.key === 'Escape' || event.key === 'Tab') leave();
    else if (next) next.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={list} class="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class={item.danger ? 'menu-item danger' : 'menu-item'}
          onClick={() => {
            leave();
            item.run();
          }}
        >
          <Icon name={item.icon} />
          {item.label}
        </button>
      ))}
    </div>
  );
}

function entries(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[role=menuitem]')];
}

function nextFocus(key: string, at: number, all: readonly HTMLElement[]): HTMLElement | undefined {
  switch (key) {
    case 'ArrowDown':
      return all[(at + 1) % all.length];
    case 'ArrowUp':
      return all[(at - 1 + all.length) % all.length];
    case 'Home':
      return all[0];
    case 'End':
      return all.at(-1);
    default:
      return undefined;
  }
}

// Below the button, or above it where there is no room; never outside of the window.
function place(list: HTMLElement, button: DOMRect): void {
  const margin = 8;
  const { width, height } = list.getBoundingClientRect();
  const below = button.bottom + 4;
  const fits = below + height <= window.innerHeight - margin;
  list.style.top = `${Math.max(margin, fits ? below : button.top - height - 4)}px`;
  const left = Math.min(button.right - width, window.innerWidth - width - margin);
  list.style.left = `${Math.max(margin, left)}px`;
}
