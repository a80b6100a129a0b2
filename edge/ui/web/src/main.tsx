import { render } from "preact";
import { App } from "./App.tsx";
import { Desk } from "./desk.ts";
import { listen } from "./keys.ts";
import { keepAwake } from "./awake.ts";
import "./styles.css";

const scheme = window.location.protocol === "https:" ? "wss" : "ws";
const desk = new Desk(`${scheme}://${window.location.host}/live`);
listen(desk);
keepAwake();
render(<App desk={desk} />, document.getElementById("root")!);
