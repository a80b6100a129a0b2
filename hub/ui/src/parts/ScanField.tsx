/** A field for codes that keeps the group separator, and an ear for scanners that type like a keyboard. */
import { TextInput, type TextInputProps } from "@mantine/core";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { GS, GS_SHOWN, isGsKey, toRaw, toShown } from "../scan";
import { Icon } from "./icons";

interface ScanFieldProps extends Omit<TextInputProps, "onSubmit" | "value" | "onChange"> {
  code?: string;
  onScan: (raw: string) => void;
}

export function ScanField({ code = "", onScan, ...rest }: ScanFieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(toShown(code));
  const [seen, setSeen] = useState(code);
  if (seen !== code) {
    setSeen(code);
    setShown(toShown(code));
  }
  const keyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (isGsKey(event)) {
      event.preventDefault();
      const field = event.currentTarget;
      const [from, to] = [field.selectionStart ?? shown.length, field.selectionEnd ?? shown.length];
      setShown(shown.slice(0, from) + GS_SHOWN + shown.slice(to));
      requestAnimationFrame(() => field.setSelectionRange(from + 1, from + 1));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      const raw = toRaw(shown);
      if (raw !== "") onScan(raw);
      event.currentTarget.select();
    }
  };
  return (
    <TextInput
      aria-label={t("trace.field")}
      placeholder={t("trace.placeholder")}
      leftSection={<Icon name="scan" />}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      {...rest}
      value={shown}
      onChange={(event) => setShown(toShown(event.currentTarget.value))}
      onKeyDown={keyDown}
    />
  );
}

const FASTEST_TYPIST_MS = 100;
const SHORTEST_CODE = 6;

/** Calls back with what a keyboard-wedge scanner typed while no field had the focus: quick keys, then Enter. */
export function useWedge(onScan: (raw: string) => void): void {
  const callback = useRef(onScan);
  useEffect(() => {
    callback.current = onScan;
  });
  useEffect(() => {
    let typed = "";
    let last = 0;
    const listener = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (target?.closest("input, textarea, select, [contenteditable], [role=dialog]")) return;
      const at = event.timeStamp; // when the key came, however busy the page is
      if (at - last > FASTEST_TYPIST_MS) typed = "";
      last = at;
      if (isGsKey(event)) {
        typed += GS;
        event.preventDefault();
      } else if (event.key.length === 1 && !event.altKey && !event.metaKey && !event.ctrlKey) {
        typed += event.key;
      } else if (event.key === "Enter" && typed.length >= SHORTEST_CODE) {
        event.preventDefault();
        const raw = toRaw(typed);
        typed = "";
        callback.current(raw);
      }
    };
    window.addEventListener("keydown", listener, true);
    return () => window.removeEventListener("keydown", listener, true);
  }, []);
}
