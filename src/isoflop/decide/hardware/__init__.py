"""What a training layout takes: memory, time, money, energy; and which layout to choose."""
