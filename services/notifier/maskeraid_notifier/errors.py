"""What stops a delivery before it is sent.

NotifierError
├── UrlRefused: the URL of a webhook endpoint is not acceptable, now or later
├── AddressRefused: its name resolves to an address that must not be called, or to none
└── TextRefused: a value must not go into the header of an e-mail
"""


class NotifierError(Exception):
    """A delivery cannot be sent."""


class UrlRefused(NotifierError):
    """The URL must not be called."""


class AddressRefused(NotifierError):
    """The address must not be called."""


class TextRefused(NotifierError):
    """The text must not go into a header."""
