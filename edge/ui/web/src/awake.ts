// The screen stays on while the page is shown: nobody with gloves on wants to wake it for each parcel.

export function keepAwake(): void {
  const ask = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // The battery is low, or the browser keeps it for itself: the screen goes dark as usual.
    }
  };
  document.addEventListener("visibilitychange", () => void ask());
  void ask();
}
