"""疑似瞒报: every suspicion of concealment, whoever raised it, and the lists handed down (R143, R030)."""
