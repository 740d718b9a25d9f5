//! Octets to headers and back: Ethernet, ARP, IPv4, ICMP, UDP, TCP.
