"""The one exception that a user of the command line ever sees."""


class OdysseyError(Exception):
    """Something the user can put right: the message is one line that names the thing and the remedy.

    The command line prints the message without a traceback and exits with code 1.
    """
