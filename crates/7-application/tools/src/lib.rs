//! The programs of a host: ping, dig, curl, nc, ss, ip, arp.
