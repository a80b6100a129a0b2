"""Runs pure modules of a front end in the Node of the wheel, which reads TypeScript: one process, asked by lines."""

import json
import subprocess
from pathlib import Path
from typing import Any

from deploy.build_dashboard import npm_of_the_wheel

ROOT = Path(__file__).parents[2]
LOOP = """
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const { module, body, given } = JSON.parse(line);
  let answer;
  try {
    const m = await import(module);
    answer = { is: new Function("m", "given", body)(m, given) };
  } catch (error) {
    answer = { fault: String(error?.stack ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\\n");
}
"""


class Node:
    """The process, for the length of a `with` block."""

    def __enter__(self):
        (node, _), environment = npm_of_the_wheel()
        self._process = subprocess.Popen(
            [node, "--no-warnings", "--input-type=module", "-e", LOOP],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def evaluate(self, module: str, body: str, given: Any) -> Any:
        """What `body`, a function's body that knows the module as `m` and what is given as `given`, returns."""
        url = (ROOT / module).as_uri()
        self._process.stdin.write(json.dumps({"module": url, "body": body, "given": given}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "fault" not in answer, answer["fault"]
        return answer["is"]
