"""Transfer: what fine-tuning data, a pre-trained model and pre-training data are worth."""
