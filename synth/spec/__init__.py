"""What a user declares: the models, how YAML becomes them, and what must hold of them."""
