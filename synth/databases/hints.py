"""What users are told to do about errors that all databases have, in the same words for each."""

from __future__ import annotations

__all__ = [
    "BREAKS_PROMISES",
    "CERTIFICATE",
    "CREATE_FIRST",
    "DEPENDENTS",
    "FEWER_CONNECTIONS",
    "FREE_DISK",
    "FREE_SERVER_DISK",
    "IN_USE",
    "LOGIN",
    "NO_SERVER",
    "SERVER_GONE",
    "WRITABLE",
]

BREAKS_PROMISES = "the data does not keep what the spec promises; `synth verify` of the folder shows where"
CERTIFICATE = (
    "it asks for a certificate in the role's name, signed by whom it trusts: sslcert=FILE and sslkey=FILE in the URL"
)
CREATE_FIRST = "create it first, or say --create"
DEPENDENTS = "drop what depends on the old tables first"
FEWER_CONNECTIONS = "try fewer --connections"
FREE_DISK = "free space on the disk, then run it again"
FREE_SERVER_DISK = "free space on the server's disk, then run it again"
IN_USE = "something else uses these tables; end it, then run it again"
LOGIN = "is the user's name right, and the password? SYNTH_PASSWORD holds one that the URL leaves out"
NO_SERVER = "is the server running there, and does it listen?"
SERVER_GONE = "the server is gone; run it again when it is back"
WRITABLE = "may you write to the file, and to its folder?"
