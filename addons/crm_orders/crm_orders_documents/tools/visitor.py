"""Where a visitor came from, told so vaguely that it is nobody's address any more."""

import ipaddress

KEPT_BITS = {4: 24, 6: 48}


def vague_address(address):
    """The network that an address is in, say 192.0.2.0; "" for what is no address."""
    try:
        exact = ipaddress.ip_address((address or "").strip().partition("%")[0])
    except ValueError:
        return ""
    exact = getattr(exact, "ipv4_mapped", None) or exact
    network = ipaddress.ip_network(f"{exact}/{KEPT_BITS[exact.version]}", strict=False)
    return str(network.network_address)
