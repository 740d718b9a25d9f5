//! The link layer: network card, neighbour machine, learning switch.
