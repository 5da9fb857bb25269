"""What a spec may say, told from the models and registries themselves: words, documents, a schema for editors."""
