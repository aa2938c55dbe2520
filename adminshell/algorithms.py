"""The algorithms that this server speaks. A list of what is let in, so that nothing a library adds comes in unseen."""

import paramiko

LET_IN = {
    "kex": {
        "mlkem768x25519-sha256",
        "curve25519-sha256@libssh.org",
        "curve25519-sha256",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512",
    },
    "ciphers": {"aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr"},
    "macs": {
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
    },
    "keys": {"ssh-ed25519"},
    # A key of a kind that is not even parsed ends the connection before the client can offer its next one. So the
    # elliptic curves are understood here, and refused one by one because none can be registered.
    "pubkeys": {
        "ssh-ed25519",
        "rsa-sha2-256",
        "rsa-sha2-512",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
    },
}


def kept_out() -> dict[str, list[str]]:
    """What paramiko would speak and this server does not."""
    return {
        kind: [name for name in getattr(paramiko.Transport, f"_preferred_{kind}") if name not in let_in]
        for kind, let_in in LET_IN.items()
    }
