import { render } from "preact";

render(<h1>Relief Relay</h1>, document.getElementById("root")!);
