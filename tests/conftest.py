"""What holds for the whole suite, wherever it is started from."""

import signal


def pytest_configure():
    """Let Ctrl-C reach the programs under test, also where the suite runs in the background.

    A shell starts what it puts in the background with SIGINT ignored, and that is inherited.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
