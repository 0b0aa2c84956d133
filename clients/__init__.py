"""The agencies' side: relying parties and the population-registry simulator; never the provider."""
