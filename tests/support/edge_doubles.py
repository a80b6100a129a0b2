"""What parts of the agent are given in place of its clock and log where a test drives them by hand."""


class Clocks:
    """Both stand at `up` until the test moves it."""

    up = 0

    def up_ms(self) -> int:
        return self.up

    def now_ms(self) -> int:
        return self.up


class Quiet:
    """A log that nobody reads."""

    def info(self, *_, **__) -> None: ...

    debug = warning = error = info
