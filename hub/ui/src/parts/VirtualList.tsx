/**
 * A long list of buttons of one height, of which only those near the window exist. One stop for the tab key: arrows, page
 * keys, home and end go on from there.
 */
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

const BEYOND = 6;

interface Props {
  count: number;
  rowPx: number;
  label: string;
  /** The row that is chosen, brought into view when that changes; -1: none. */
  chosen: number;
  /** What `chosen` means, so that a list that is sorted anew does not jump. */
  chosenKey: string | null;
  row: (index: number) => { key: string; attributes?: Record<string, string | undefined>; pressed: boolean; press: () => void; content: ReactNode };
}

export function VirtualList({ count, rowPx, label, chosen, chosenKey, row }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [[top, height], setWindow] = useState([0, 600]);
  const [active, setActive] = useState(0);
  const focus = useRef(false);
  const at = Math.min(active, Math.max(0, count - 1));

  useEffect(() => {
    const element = box.current!;
    const look = () => setWindow([element.scrollTop, element.clientHeight]);
    look();
    const watch = new ResizeObserver(look);
    watch.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);

  const show = (index: number) => {
    const element = box.current!;
    if (index * rowPx < element.scrollTop) element.scrollTop = index * rowPx;
    else if ((index + 1) * rowPx > element.scrollTop + element.clientHeight) element.scrollTop = (index + 1) * rowPx - element.clientHeight;
  };
  const found = chosen >= 0;
  useEffect(() => {
    if (!found) return;
    setActive(chosen);
    show(chosen);
  }, [chosenKey, found]);
  useEffect(() => {
    if (!focus.current) return;
    focus.current = false;
    box.current!.querySelector<HTMLButtonElement>(`[data-index="${at}"]`)?.focus({ preventScroll: true });
  }, [at]);

  const key = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowPx) - 1);
    const by: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count };
    const step = by[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, at + step));
    if (next === at) return;
    focus.current = true;
    show(next);
    setActive(next);
  };

  const first = Math.max(0, Math.floor(top / rowPx) - BEYOND);
  const last = Math.min(count, Math.ceil((top + height) / rowPx) + BEYOND);
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  if (count > 0 && (at < first || at >= last)) indices.push(at); // the tab key finds it
  return (
    <div ref={box} className="rr-virtual" style={{ maxHeight: count * rowPx }} onKeyDown={key}>
      <ul aria-label={label} style={{ height: count * rowPx }}>
        {indices.map((index) => {
          const { key: name, pressed, press, content, attributes } = row(index);
          return (
            <li key={name} aria-setsize={count} aria-posinset={index + 1} style={{ transform: `translateY(${index * rowPx}px)`, height: rowPx }}>
              <button type="button" data-index={index} tabIndex={index === at ? 0 : -1} aria-pressed={pressed} onClick={press} onFocus={() => setActive(index)} {...attributes}>{content}</button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
