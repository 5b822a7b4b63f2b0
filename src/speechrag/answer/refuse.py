"""When the library holds no answer: the threshold, and where its evidence lies."""

THRESHOLD = 0.244
"""The least confidence with which a question is answered; calibrated by
`python -m benchmarks.answers.calibrate` (benchmarks/results/answers-refusal.md)."""
