"""Choose what to fine-tune: the rectified law of each model, and the model that will do best."""
