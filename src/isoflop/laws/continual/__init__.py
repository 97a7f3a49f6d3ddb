"""Laws of continued pre-training: domain shares, replay, another language."""
