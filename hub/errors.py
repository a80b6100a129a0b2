"""What can go wrong in the hub. Every sentence says what was tried, on what, and what a person can do."""


class HubError(Exception):
    """The hub could not do what it was asked; the message says what and what helps."""


class BrokerError(HubError):
    """The MQTT broker could not be started, reached or told its rules."""


class StoreError(HubError):
    """The database could not be opened, read or written."""


class BackupError(HubError):
    """A backup could not be made or put back."""


class FolderBusyError(HubError):
    """A hub runs on this data folder."""
