"""From what people have to a spec: what a source holds is found, a spec is drafted from it, written and proved."""
