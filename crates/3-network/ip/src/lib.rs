//! The network layer: addresses, routes, forwarding, ICMP.
