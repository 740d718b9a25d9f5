//! The ground floor's vocabulary: time, chance, addresses, frames, checksums.
