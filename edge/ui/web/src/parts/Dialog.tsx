// A window over the page. The browser keeps the focus in it, and gives it back.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useDesk } from "../context.ts";

interface DialogOf {
  title: string;
  wide?: boolean;
  close(): void;
  onKeyDown?(event: KeyboardEvent): void;
  children: ComponentChildren;
}

export function Dialog(props: DialogOf) {
  const { say } = useDesk();
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const held = box.current!;
    if (!held.open) held.showModal();
    return () => held.close();
  }, []);
  return (
    <dialog ref={box} class={props.wide ? "wide" : ""} aria-labelledby="dialog-title"
      onKeyDown={props.onKeyDown} onCancel={(event) => (event.preventDefault(), props.close())}>
      <header class="dialog-head">
        <h2 id="dialog-title">{props.title}</h2>
        <button type="button" class="quiet" onClick={props.close}>{say.t("close")}</button>
      </header>
      {props.children}
    </dialog>
  );
}
