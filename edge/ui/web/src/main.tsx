import { render } from "preact";
import { App } from "./App.tsx";
import { Desk } from "./desk.ts";
import { listen } from "./keys.ts";
import "./styles.css";

const scheme = window.location.protocol === "https:" ? "wss" : "ws";
const desk = new Desk(`${scheme}://${window.location.host}/live`);
listen(desk);
render(<App desk={desk} />, document.getElementById("root")!);
