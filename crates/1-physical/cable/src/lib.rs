//! A cable: rate, delay, jitter, loss, reordering, bit errors, and a queue at each end.
